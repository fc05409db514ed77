// The index of the texts that a model was trained on (corpus/passage_file.h),
// in the file "originality" of a run, or of a model's own folder.
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>

#include "corpus/originality.h"
#include "corpus/passage_index.h"
#include "corpus/token_set.h"
#include "decode/original_text.h"
#include "text/tokenizer.h"

namespace artspeak::app {

// What a run's samples are measured by.
struct TrainingPassages {
  corpus::PassageIndex index;  // of the training part
  // Of the validation part, in pieces of a sample's length; none without it.
  std::optional<corpus::MeanOriginality> human;
};

// Reads `file` if it was made of these tokens, else makes it; without it
// training can do: that it cannot be written is only said. Throws Interrupted
// (app/training_data.h), Error.
TrainingPassages PassagesIn(const std::filesystem::path& file,
                            const corpus::TokenSet& tokens,
                            const text::Tokenizer& tokenizer,
                            bool literal_markers, size_t sample_tokens,
                            const std::stop_token& stop);

// Where the index that belongs to a model's folder is looked for: in the run
// whose checkpoint it is, or in the folder itself.
std::filesystem::path PassagesPath(const std::filesystem::path& model);

// That index. Throws Error, saying how to make it, if it is missing or damaged.
corpus::PassageIndex OpenPassages(const std::filesystem::path& model);

// What keeps the model's texts to so many copied words in a row; for 0 nothing,
// and no index is needed. Throws as OpenPassages.
decode::CopyLimit CopyLimitFor(const std::filesystem::path& model,
                               int max_copied_words);

}  // namespace artspeak::app
