#include "decode/sampler.h"

#include <cmath>

#include "base/error.h"

namespace artspeak::decode {

void SamplingOptions::Validate() const {
  if (!(temperature >= 0) || !std::isfinite(temperature)) {
    throw base::Error("the temperature is {}: give a number from 0 up",
                      temperature);
  }
  if (top_k < 0) {
    throw base::Error("top-k is {}: give a count, or 0 for no limit", top_k);
  }
  if (!(top_p >= 0 && top_p <= 1)) {
    throw base::Error("top-p is {}: give a share between 0 and 1", top_p);
  }
}

text::TokenId Sampler::Sample(std::span<const float> logits,
                              const SamplingOptions& options,
                              base::RandomStream& random) {
  candidates_.Assign(logits);
  if (options.temperature == 0) return candidates_.Best();
  if (options.top_k > 0) candidates_.KeepTopK(options.top_k);
  candidates_.Weigh(options.temperature);
  if (options.top_p > 0 && options.top_p < 1) {
    candidates_.KeepTopP(options.top_p);
  }
  return candidates_.Draw(random);
}

}  // namespace artspeak::decode
