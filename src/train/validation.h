// The loss on text that training never sees.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "gpt2/parameters.h"
#include "gpt2/training_pass.h"

namespace artspeak::train {

// The same windows every time, so that two losses differ only by the model:
// every window of T tokens in a row when they are at most kValidationTokens,
// else that many tokens in windows spread evenly. Not thread-safe.
class Validation {
 public:
  // tokens: at least two, and they outlive this. B, T: of the pass.
  Validation(std::span<const int32_t> tokens, int B, int T);

  // Nats per token, the mean over all targets; nothing when `stop` came.
  std::optional<double> Loss(const gpt2::Parameters& parameters,
                             gpt2::TrainingPass& pass, std::stop_token stop);

 private:
  std::span<const int32_t> tokens_;
  int B_, T_;
  std::vector<int64_t> starts_;            // where each window begins
  std::vector<int32_t> inputs_, targets_;  // (B, T)
};

inline constexpr int64_t kValidationTokens = 16384;

}  // namespace artspeak::train
