#include "app/training_passages.h"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "app/say.h"
#include "app/training_data.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/progress.h"
#include "corpus/passage_file.h"
#include "corpus/token_texts.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFile = "originality";
// Pieces of human writing: enough for a mean, few enough for a second.
constexpr size_t kMostPieces = 500;

// 16 bytes that tell which texts the training tokens are.
std::string OriginOf(const corpus::TokenSet& tokens,
                     const text::Tokenizer& tokenizer, bool literal_markers) {
  base::Blake2b origin(16);
  origin.Update(tokenizer.Digest());
  origin.Update(literal_markers ? "1" : "0");
  origin.Update(tokens.training.data(),
                tokens.training.size() * sizeof(int32_t));
  return origin.Finish();
}

std::optional<corpus::PassageIndex> ReadIfOf(const fs::path& file,
                                             const std::string& origin) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  try {
    corpus::StoredPassages stored = corpus::OpenPassageFile(file);
    if (stored.origin == origin) return std::move(stored.index);
  } catch (const base::Error&) {
    Say("{} is damaged or of another version: it is made again from the tokens",
        file.string());
  }
  return std::nullopt;
}

corpus::PassageIndex IndexTexts(const std::vector<std::string>& texts,
                                const std::stop_token& stop) {
  corpus::PassageIndexBuilder builder;
  base::ProgressBar bar({.label = "originality", .unit = "documents"});
  int64_t done = 0;
  for (const std::string& text : texts) {
    if (stop.stop_requested()) throw Interrupted();
    builder.Add(text);
    bar.Update({.done = ++done,
                .total = static_cast<int64_t>(texts.size()),
                .note = {}});
  }
  return builder.Finish();
}

}  // namespace

TrainingPassages PassagesIn(const fs::path& file,
                            const corpus::TokenSet& tokens,
                            const text::Tokenizer& tokenizer,
                            bool literal_markers, size_t sample_tokens,
                            const std::stop_token& stop) {
  const std::string origin = OriginOf(tokens, tokenizer, literal_markers);
  std::optional<corpus::PassageIndex> index = ReadIfOf(file, origin);
  if (!index) {
    index = IndexTexts(
        corpus::TextsOf(tokens.training, tokenizer, literal_markers), stop);
    try {
      corpus::WritePassageFile(file, *index, origin);
    } catch (const base::Error& error) {
      Say("The index for originality is not kept, the next start makes it "
          "again: {}",
          error.what());
    }
  }
  const std::vector<std::string> human = corpus::PiecesOf(
      corpus::TextsOf(tokens.validation, tokenizer, literal_markers), tokenizer,
      sample_tokens, kMostPieces);
  TrainingPassages passages = {*std::move(index), std::nullopt};
  passages.human = corpus::MeasureTogether(human, passages.index);
  if (passages.human) {
    Say("Originality: a held-out text shares {:.1f} words in a row with those "
        "trained on, and {:.1f} % of it in passages of {} words or more",
        passages.human->longest_copy, 100 * passages.human->copied_share,
        corpus::kCopyWords);
  }
  return passages;
}

fs::path PassagesPath(const fs::path& model) {
  std::error_code unreadable;
  // RUN/checkpoints/STEP/model, whatever link led there.
  const fs::path real = fs::canonical(model, unreadable);
  const fs::path checkpoints = real.parent_path().parent_path();
  if (checkpoints.filename() != "checkpoints") return model / kFile;
  return fs::proximate(checkpoints.parent_path() / kFile);
}

corpus::PassageIndex OpenPassages(const fs::path& model) {
  const fs::path file = PassagesPath(model);
  std::error_code unreadable;
  if (!fs::exists(file, unreadable)) {
    throw base::Error(
        "{} is missing, the index of the texts that the model was trained on: "
        "make it with `artspeak corpus originality DATASET --output {}`",
        file.string(), file.string());
  }
  return corpus::OpenPassageFile(file).index;
}

decode::CopyLimit CopyLimitFor(const fs::path& model, int max_copied_words) {
  if (max_copied_words == 0) return {};
  return {.passages = OpenPassages(model), .max_words = max_copied_words};
}

}  // namespace artspeak::app
