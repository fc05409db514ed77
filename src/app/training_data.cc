#include "app/training_data.h"

#include <optional>
#include <utility>

#include "app/say.h"
#include "base/error.h"
#include "corpus/reader.h"
#include "corpus/token_file.h"
#include "text/trainer.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

corpus::TokenOrigin OriginOf(const std::string& dataset_digest,
                             const text::Tokenizer& tokenizer,
                             const train::TrainOptions& options) {
  return {.dataset = dataset_digest,
          .tokenizer = tokenizer.Digest(),
          .vocab_size = tokenizer.vocab_size(),
          .validation_fraction = options.validation_fraction,
          .seed = options.seed};
}

std::string SizesOf(const corpus::TokenSet& tokens) {
  return fmt::format(
      "{} tokens to train on, {} held out",
      WithCommas(static_cast<int64_t>(tokens.training.size())),
      WithCommas(static_cast<int64_t>(tokens.validation.size())));
}

}  // namespace

TrainingData::TrainingData(fs::path dataset, std::stop_token stop)
    : dataset_(std::move(dataset)),
      stop_(std::move(stop)),
      digest_(corpus::DatasetDigest(dataset_)) {}

void TrainingData::Read() {
  if (documents_.empty()) documents_ = corpus::ReadDataset(dataset_);
}

base::ProgressCallback TrainingData::Watch(base::ProgressBar& bar) const {
  return [this, &bar](const base::Progress& progress) {
    if (stop_.stop_requested()) throw Interrupted();
    bar.Update(progress);
  };
}

text::Tokenizer TrainingData::LearnTokenizer(int vocab_size) {
  Read();
  std::vector<std::string> texts;
  texts.reserve(documents_.size());
  for (const corpus::Document& document : documents_) {
    texts.push_back(document.text);
  }
  base::ProgressBar bar({.label = "tokenizer", .unit = "merges"});
  return text::TrainTokenizer(texts, vocab_size, Watch(bar));
}

corpus::TokenSet TrainingData::Tokenize(const text::Tokenizer& tokenizer,
                                        const train::TrainOptions& options,
                                        const fs::path& file) {
  Read();
  corpus::TokenSet tokens;
  {
    base::ProgressBar bar({.label = "tokens", .unit = "documents"});
    tokens =
        corpus::Tokenize(documents_, tokenizer, options.validation_fraction,
                         options.seed, Watch(bar));
  }
  Say("{}: {} documents, {}", dataset_.string(),
      WithCommas(static_cast<int64_t>(documents_.size())), SizesOf(tokens));
  documents_ = {};
  try {
    corpus::WriteTokenFile(file, tokens, OriginOf(digest_, tokenizer, options));
  } catch (const base::Error& error) {
    Say("The tokens are not kept, the next start makes them again: {}",
        error.what());
  }
  return tokens;
}

corpus::TokenSet TrainingData::TokensIn(const fs::path& file,
                                        const text::Tokenizer& tokenizer,
                                        const train::TrainOptions& options) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    Say("{} is missing: it is made again from the data set", file.string());
    return Tokenize(tokenizer, options, file);
  }
  std::optional<corpus::TokenSet> tokens;
  try {
    tokens = corpus::ReadTokenFile(file, OriginOf(digest_, tokenizer, options));
  } catch (const base::Error& error) {
    Say("{}", error.what());
  }
  if (!tokens) return Tokenize(tokenizer, options, file);
  Say("{}: {}, as before (read from {})", dataset_.string(), SizesOf(*tokens),
      file.string());
  return *std::move(tokens);
}

}  // namespace artspeak::app
