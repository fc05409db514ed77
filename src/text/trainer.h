// Learns a new byte-level vocabulary from texts.
#pragma once

#include <span>
#include <string>

#include "base/progress.h"
#include "text/tokenizer.h"

namespace artspeak::text {

// Byte-pair encoding (Sennrich, Haddow and Birch, "Neural machine translation
// of rare words with subword units", 2016) over GPT-2's pieces of text: joins
// the most frequent pair of neighbours again and again; of equal ones the pair
// of lower ids. The same texts give the same vocabulary everywhere.
//
// vocab_size counts all tokens: 256 bytes, the merges, and <|endoftext|>, the
// last id. The result is smaller when the texts hold no more pairs seen twice.
// Progress counts merges, from 0 while the words are counted; the callback may
// be empty, and what it throws ends the work. Throws Error if vocab_size is
// below 257 or the texts hold no word.
Tokenizer TrainTokenizer(std::span<const std::string> texts, int vocab_size,
                         const base::ProgressCallback& progress);

}  // namespace artspeak::text
