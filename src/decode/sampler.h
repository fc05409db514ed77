// Chooses the next token from a row of logits.
#pragma once

#include <span>

#include "base/random.h"
#include "decode/candidates.h"
#include "text/tokenizer.h"

namespace artspeak::decode {

// In this order: temperature, top-k, top-p of what top-k left.
struct SamplingOptions {
  float temperature = 0.7f;  // 0: always the most likely token
  int top_k = 0;             // 0: off
  float top_p = 0.9f;        // 0, or 1 and above: off

  void Validate() const;  // throws Error
};

// Holds the buffers, nothing of a sequence: one serves a whole batch. Not
// thread-safe.
class Sampler {
 public:
  // logits: (V). Takes one number from `random`, or none at temperature 0.
  // Throws Error if a logit is not a number.
  text::TokenId Sample(std::span<const float> logits,
                       const SamplingOptions& options,
                       base::RandomStream& random);

 private:
  Candidates candidates_;
};

}  // namespace artspeak::decode
