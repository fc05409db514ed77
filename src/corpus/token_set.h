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

struct TokenizeOptions {
  // How a document's ends are told (gpt2::Config): by the token that ends it,
  // or by the markers around it as characters (corpus/markers.h).
  bool literal_markers = false;
  double validation_fraction = 0;  // 0 to below 1
  uint64_t seed = 0;               // of the choice of validation
};

// Every document's tokens in order, each followed by end_of_text, or with
// markers around it. A literal "<|endoftext|>" in a text is that token too, but
// not among literal markers. Documents hold text: Detokenize makes it of
// tokens.
//
// About validation_fraction of the tokens become validation: whole documents,
// chosen by their text and the seed alone, so that other documents coming or
// going hardly change the choice and copies stay on one side. If no document is
// small enough (there is only one, say), it is the last fraction of the stream
// instead. Progress counts documents; what the callback throws ends the work.
// Throws Error if there is no text, or the fraction is out of range.
TokenSet Tokenize(std::span<const Document> documents,
                  const text::Tokenizer& tokenizer,
                  const TokenizeOptions& options,
                  const base::ProgressCallback& progress);

}  // namespace artspeak::corpus
