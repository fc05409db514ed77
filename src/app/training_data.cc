#include "app/training_data.h"

#include <utility>

#include "app/say.h"
#include "base/error.h"
#include "base/with_commas.h"
#include "corpus/detokenizer.h"
#include "corpus/reader.h"
#include "corpus/token_file.h"
#include "text/trainer.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

corpus::TokenOrigin OriginOf(const std::string& dataset_digest,
                             const text::Tokenizer& tokenizer,
                             const gpt2::Config& model,
                             const train::TrainOptions& options) {
  return {.dataset = dataset_digest,
          .column = options.column,
          .tokenizer = tokenizer.Digest(),
          .vocab_size = tokenizer.vocab_size(),
          .options = {.literal_markers = model.literal_markers,
                      .validation_fraction = options.validation_fraction,
                      .seed = options.seed}};
}

std::string SizesOf(const corpus::TokenSet& tokens) {
  return fmt::format(
      "{} tokens to train on, {} held out",
      base::WithCommas(static_cast<int64_t>(tokens.training.size())),
      base::WithCommas(static_cast<int64_t>(tokens.validation.size())));
}

}  // namespace

TrainingData::TrainingData(fs::path dataset, std::stop_token stop)
    : dataset_(std::move(dataset)),
      stop_(std::move(stop)),
      digest_(corpus::DatasetDigest(dataset_)) {}

void TrainingData::Read(const std::string& column) {
  if (!documents_.empty()) return;
  documents_ = corpus::ReadDataset(
      dataset_, {.column = column,
                 .take_tokens = true,
                 .notice = [](const std::string& line) { Say("{}", line); }});
}

base::ProgressCallback TrainingData::Watch(base::ProgressBar& bar) const {
  return [this, &bar](const base::Progress& progress) {
    if (stop_.stop_requested()) throw Interrupted();
    bar.Update(progress);
  };
}

text::Tokenizer TrainingData::LearnTokenizer(int vocab_size) {
  std::vector<std::string> texts;
  texts.reserve(documents_.size());
  for (const corpus::Document& document : documents_) {
    if (!document.tokens.empty()) {
      throw base::Error(
          "{} holds the tokens of a model, and a new model learns its own from "
          "text: give the text they were made from, or say --model with the "
          "model they belong to",
          document.source);
    }
    texts.push_back(document.text);
  }
  base::ProgressBar bar({.label = "tokenizer", .unit = "merges"});
  return text::TrainTokenizer(texts, vocab_size, Watch(bar));
}

corpus::TokenSet TrainingData::Tokenize(const text::Tokenizer& tokenizer,
                                        const gpt2::Config& model,
                                        const train::TrainOptions& options) {
  origin_ = OriginOf(digest_, tokenizer, model, options);
  Read(options.column);
  documents_ = corpus::Detokenize(std::move(documents_), tokenizer);
  corpus::TokenSet tokens;
  {
    base::ProgressBar bar({.label = "tokens", .unit = "documents"});
    tokens =
        corpus::Tokenize(documents_, tokenizer, origin_->options, Watch(bar));
  }
  Say("{}: {} documents, {}", dataset_.string(),
      base::WithCommas(static_cast<int64_t>(documents_.size())),
      SizesOf(tokens));
  documents_ = {};
  return tokens;
}

void TrainingData::Keep(const fs::path& file,
                        const corpus::TokenSet& tokens) const {
  if (!origin_) return;
  try {
    corpus::WriteTokenFile(file, tokens, *origin_);
  } catch (const base::Error& error) {
    Say("The tokens are not kept, the next start makes them again: {}",
        error.what());
  }
}

corpus::TokenSet TrainingData::TokensIn(const fs::path& file,
                                        const text::Tokenizer& tokenizer,
                                        const gpt2::Config& model,
                                        const train::TrainOptions& options) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    Say("{} is missing: it is made again from the data set", file.string());
    return Tokenize(tokenizer, model, options);
  }
  std::optional<corpus::TokenSet> tokens;
  try {
    tokens = corpus::ReadTokenFile(
        file, OriginOf(digest_, tokenizer, model, options));
  } catch (const base::Error& error) {
    Say("{}", error.what());
  }
  if (!tokens) return Tokenize(tokenizer, model, options);
  Say("{}: {}, as before (read from {})", dataset_.string(), SizesOf(*tokens),
      file.string());
  return *std::move(tokens);
}

}  // namespace artspeak::app
