// Where GPT-2 drops numbers while it trains.
#pragma once

#include <cstdint>

#include "nn/dropout.h"

namespace artspeak::gpt2 {

// After the embeddings, on the attention's weights, and on what each block adds
// to the residual stream. Masks are functions of (seed, step, layer, place)
// alone, drawn again wherever they are needed.
struct Dropout {
  float rate = 0;  // the share of numbers set to zero, [0, 1); 0 is off
  uint64_t seed = 0;
  uint64_t step = 0;  // a number of its own for every forward pass
};

// One random stream each.
enum class DropPlace { kEmbedding, kAttention, kAttentionOut, kFeedForwardOut };

// layer: 0 for the embeddings.
inline nn::DropoutMask MaskFor(const Dropout& dropout, int layer,
                               DropPlace place) {
  if (dropout.rate <= 0) return {};
  const uint64_t stream = dropout.step << 16 |
                          static_cast<uint64_t>(layer * 4) |
                          static_cast<uint64_t>(place);
  return nn::DropoutMask(dropout.rate, dropout.seed, stream);
}

}  // namespace artspeak::gpt2
