#include "decode/logit_processors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace artspeak::decode {

void AddBias(std::span<float> logits, std::span<const LogitBias> biases) {
  for (const LogitBias& bias : biases) {
    if (bias.token < 0 || static_cast<size_t>(bias.token) >= logits.size()) {
      throw base::Error(
          "a bias names token {}: the vocabulary's ids are 0 to {}", bias.token,
          logits.size() - 1);
    }
    logits[bias.token] += bias.value;
  }
}

void RepetitionPenalty::Apply(std::span<float> logits,
                              std::span<const text::TokenId> window,
                              float penalty) {
  seen_.resize(logits.size());
  for (const text::TokenId token : window) {
    if (seen_[token]) continue;
    seen_[token] = true;
    float& logit = logits[token];
    logit = logit < 0 ? logit * penalty : logit / penalty;
    // A reward may overflow.
    logit = std::min(logit, std::numeric_limits<float>::max());
  }
  for (const text::TokenId token : window) seen_[token] = false;
}

void Ban(std::span<float> logits, std::span<const text::TokenId> banned) {
  for (const text::TokenId token : banned) logits[token] = -INFINITY;
}

}  // namespace artspeak::decode
