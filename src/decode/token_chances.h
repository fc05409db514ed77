// How likely the model found a token, and which it found likelier.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "text/tokenizer.h"

namespace artspeak::decode {

struct TokenChance {
  text::TokenId token = 0;
  float log_probability = 0;  // natural; -infinity: never

  bool operator==(const TokenChance&) const = default;
};

// By the model alone: before temperature, penalties and bans.
struct TokenChances {
  TokenChance drawn;
  std::vector<TokenChance> likeliest;  // the likeliest first

  bool operator==(const TokenChances&) const = default;
};

// logits: (V), with at least one that is finite and none that is not a number.
// Of two tokens that are as likely the lower id comes first. count: from 0 up;
// V is the most there are.
TokenChances ChancesOf(std::span<const float> logits, text::TokenId drawn,
                       int count);

// A token of a text, and where it stands there.
struct DrawnToken {
  TokenChances chances;
  // Bytes of the text before it. A token that ends a character that others
  // began stands where they do.
  size_t offset = 0;
};

}  // namespace artspeak::decode
