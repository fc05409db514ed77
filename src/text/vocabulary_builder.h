// Puts a vocabulary together from what its files say, and checks that they say
// all of it.
#pragma once

#include <string>
#include <string_view>

#include "text/token_ids.h"
#include "text/token_table.h"
#include "text/vocabulary.h"

namespace artspeak::text {

// Call the functions in the order they stand in. Those that are given a file's
// name throw Error, naming it, when what it says does not fit. Not thread-safe.
class VocabularyBuilder {
 public:
  // The tokens in GPT-2's byte symbols, with ids from 0 on, each once.
  VocabularyBuilder(TokenIds ids, const std::string& file);

  // Joins two tokens, in byte symbols. False if one of them is none.
  bool Merge(std::string_view left, std::string_view right);

  // Tokens as plain text: with the next free ids, or those that they have.
  void AddTokens(TokenIds ids, const std::string& file);

  // `file` is that of the merges.
  Vocabulary Finish(const std::string& file) &&;

 private:
  TokenId IdOf(std::string_view symbols) const;

  Vocabulary vocabulary_;
  TokenTable ids_;
};

}  // namespace artspeak::text
