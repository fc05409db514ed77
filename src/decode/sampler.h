// Chooses the next token from a row of logits.
#pragma once

#include <span>

#include "base/random.h"
#include "decode/candidates.h"
#include "decode/logit_processors.h"
#include "decode/sampling_options.h"
#include "text/tokenizer.h"

namespace artspeak::decode {

// What the text so far says about its next token. Tokens of the vocabulary.
struct Past {
  std::span<const text::TokenId> window = {};  // for the repetition penalty
  std::span<const text::TokenId> banned = {};  // may not come now
};

// Holds the buffers, nothing of a sequence: one serves a whole batch. Not
// thread-safe.
class Sampler {
 public:
  explicit Sampler(const Passes& passes = BestPasses()) : candidates_(passes) {}

  // logits: (V). options are valid. Takes one number from `random`, or none at
  // temperature 0. The same token on every machine. Throws Error if a logit is
  // not a number, if a bias names no token, or if every token is banned.
  text::TokenId Sample(std::span<const float> logits,
                       const SamplingOptions& options,
                       base::RandomStream& random, const Past& past = {});

 private:
  Candidates candidates_;
  RepetitionPenalty repetition_penalty_;
};

}  // namespace artspeak::decode
