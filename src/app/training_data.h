// From a data set to the tokens that a run trains on. The run keeps them in a
// file (corpus/token_file.h), so that going on with it need not make them
// again.
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/progress.h"
#include "corpus/document.h"
#include "corpus/token_file.h"
#include "corpus/token_set.h"
#include "gpt2/config.h"
#include "text/tokenizer.h"
#include "train/options.h"

namespace artspeak::app {

// Thrown where a stop was requested before the tokens were made. Not an Error:
// nothing is wrong.
struct Interrupted {};

// Says on standard output what it does, draws bars on standard error. Not
// thread-safe.
class TrainingData {
 public:
  // Takes the data set's digest before anything else, so that a change while
  // the text is read shows at the next start. Throws Error if there is no data
  // set.
  TrainingData(std::filesystem::path dataset, std::stop_token stop);

  // Reads the documents, if that is not done; column: of the text, as
  // corpus::ReadOptions has it. Throws Error if there are none.
  void Read(const std::string& column);

  // The vocabulary of the text, which has been read. Throws Error (the data set
  // holds tokens, …), Interrupted.
  text::Tokenizer LearnTokenizer(int vocab_size);

  // Reads, and tokenizes as `model` was taught. Afterwards the text is
  // forgotten. Throws Error, Interrupted.
  corpus::TokenSet Tokenize(const text::Tokenizer& tokenizer,
                            const gpt2::Config& model,
                            const train::TrainOptions& options);

  // What `file` holds, if that is what Tokenize would make. Else says why, if
  // the file is missing or damaged, and tokenizes.
  corpus::TokenSet TokensIn(const std::filesystem::path& file,
                            const text::Tokenizer& tokenizer,
                            const gpt2::Config& model,
                            const train::TrainOptions& options);

  // Writes `tokens` to `file` if they were not read from there. Training can do
  // without: that it cannot be written is only said.
  void Keep(const std::filesystem::path& file,
            const corpus::TokenSet& tokens) const;

 private:
  // Draws, and throws Interrupted when it is time to.
  base::ProgressCallback Watch(base::ProgressBar& bar) const;

  std::filesystem::path dataset_;
  std::stop_token stop_;
  std::string digest_;
  std::vector<corpus::Document> documents_;    // empty: not read
  std::optional<corpus::TokenOrigin> origin_;  // of tokens made here
};

}  // namespace artspeak::app
