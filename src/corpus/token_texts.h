// Tokens of a TokenSet as the texts that they were made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace artspeak::corpus {

// The documents, as text, that Tokenize made into `tokens`; where a stream was
// cut within one, its part. literal_markers: as TokenizeOptions had it. Throws
// Error if a token is not of the vocabulary.
std::vector<std::string> TextsOf(std::span<const int32_t> tokens,
                                 const text::Tokenizer& tokenizer,
                                 bool literal_markers);

// Texts cut into pieces of `length` tokens, the last one of each text what is
// left: at most `most` pieces, taken evenly from all.
std::vector<std::string> PiecesOf(std::span<const std::string> texts,
                                  const text::Tokenizer& tokenizer,
                                  size_t length, size_t most);

}  // namespace artspeak::corpus
