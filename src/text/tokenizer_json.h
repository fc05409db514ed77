// tokenizer.json: Hugging Face's one file for a whole tokenizer
// (huggingface/tokenizers, tokenizers/src/tokenizer/serialization.rs), which
// newer models have in place of vocab.json and merges.txt.
#pragma once

#include <filesystem>

#include "text/vocabulary.h"

namespace artspeak::text {

// Reads one that works as GPT-2's does: byte pairs of bytes, in pieces cut by
// GPT-2's rule, of the text as it is. Throws Error that says what in the file
// is malformed or works otherwise.
Vocabulary ReadTokenizerJson(const std::filesystem::path& path);

}  // namespace artspeak::text
