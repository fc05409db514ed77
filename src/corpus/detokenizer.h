// Tokens of a data set back to the text that they spell.
#pragma once

#include <vector>

#include "corpus/document.h"
#include "text/tokenizer.h"

namespace artspeak::corpus {

// Documents of tokens become the documents of text between the markers in them
// (corpus/markers.h), so that they mean what the text they were made from
// means; others stay as they are. Throws Error if a token is not of this
// vocabulary.
std::vector<Document> Detokenize(std::vector<Document> documents,
                                 const text::Tokenizer& tokenizer);

}  // namespace artspeak::corpus
