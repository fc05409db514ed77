// Which tokens would complete a banned text.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace artspeak::decode {

// Follows a text token by token and tells which tokens may not come next
// because a banned text, read as bytes, would then be complete: it may have
// begun anywhere before, end anywhere within the token, and be cut into tokens
// in any way. Nothing that was completed by the prompt is held against what
// follows. Not thread-safe; the tokenizer must outlive it.
class BannedTexts {
 public:
  // texts: none is empty. Without any, this costs nothing; else it reads the
  // vocabulary once.
  BannedTexts(const std::vector<std::string>& texts,
              const text::Tokenizer& tokenizer);

  void Push(text::TokenId token);

  // Valid until the next call; a token may be named twice.
  std::span<const text::TokenId> Next();

 private:
  // The matcher of Knuth, Morris and Pratt ("Fast pattern matching in strings",
  // 1977).
  struct Pattern {
    std::string text;
    // borders[n]: of the first n bytes, the longest end, not all of them, with
    // which the text also begins.
    std::vector<size_t> borders;
    // The longest beginning of the text, not all of it, with which what was
    // pushed ends.
    size_t matched = 0;
  };

  static Pattern MakePattern(const std::string& text);
  static void Advance(Pattern& pattern, char byte);

  const text::Tokenizer& tokenizer_;
  std::vector<Pattern> patterns_;
  // The tokens without a banned text, by their first byte.
  std::array<std::vector<text::TokenId>, 256> tokens_by_byte_;
  std::vector<text::TokenId> next_;  // begins with those that have one
  size_t never_ = 0;                 // how many those are
};

}  // namespace artspeak::decode
