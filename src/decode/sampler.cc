#include "decode/sampler.h"

namespace artspeak::decode {
namespace {

bool IsOn(float share) { return share > 0 && share < 1; }

}  // namespace

text::TokenId Sampler::Sample(std::span<const float> logits,
                              const SamplingOptions& options,
                              base::RandomStream& random, const Past& past) {
  candidates_.Assign(logits);
  AddBias(candidates_.logits(), options.logit_bias);
  if (options.repetition_penalty != 1) {
    repetition_penalty_.Apply(candidates_.logits(), past.window,
                              options.repetition_penalty);
  }
  Ban(candidates_.logits(), past.banned);
  if (options.temperature == 0) return candidates_.Best();

  candidates_.Weigh(options.temperature);
  if (options.top_k > 0) candidates_.KeepTopK(options.top_k);
  if (IsOn(options.top_p)) candidates_.KeepTopP(options.top_p);
  if (options.min_p > 0) candidates_.KeepMinP(options.min_p);
  if (IsOn(options.typical_p)) candidates_.KeepTypicalP(options.typical_p);
  return candidates_.Draw(random);
}

}  // namespace artspeak::decode
