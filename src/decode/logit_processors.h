// What changes single logits before the rest decides among all.
#pragma once

#include <span>
#include <vector>

#include "decode/sampling_options.h"
#include "text/tokenizer.h"

namespace artspeak::decode {

// Throws Error if a bias names no token.
void AddBias(std::span<float> logits, std::span<const LogitBias> biases);

// Makes tokens of which there are already some less likely, once each. Keeps
// only its buffer from call to call. Not thread-safe.
class RepetitionPenalty {
 public:
  // window: tokens of the vocabulary. penalty > 0.
  void Apply(std::span<float> logits, std::span<const text::TokenId> window,
             float penalty);

 private:
  std::vector<bool> seen_;  // by token; all false between calls
};

// banned: tokens of the vocabulary.
void Ban(std::span<float> logits, std::span<const text::TokenId> banned);

}  // namespace artspeak::decode
