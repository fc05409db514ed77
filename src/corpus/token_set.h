// A data set as token ids, divided into what is learned and what is measured.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/progress.h"
#include "corpus/document.h"
#include "text/tokenizer.h"

namespace artspeak::corpus {

struct TokenSet {
  std::vector<int32_t> training, validation;
};

// Every document's tokens followed by end_of_text, in order. A literal
// "<|endoftext|>" in a text is that token too.
//
// About validation_fraction (0 to below 1) of the tokens become validation:
// whole documents, chosen by their text and the seed alone, so that other
// documents coming or going hardly change the choice and copies stay on one
// side. If no document is small enough (there is only one, say), it is the last
// fraction of the stream instead. Progress counts documents; what
// the callback throws ends the work. Throws Error if there is no text, or the
// fraction is out of range.
TokenSet Tokenize(std::span<const Document> documents,
                  const text::Tokenizer& tokenizer, double validation_fraction,
                  uint64_t seed, const base::ProgressCallback& progress);

}  // namespace artspeak::corpus
