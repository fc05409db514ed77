// Causal self-attention over whole windows, for training.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/dropout.h"
#include "nn/kernels.h"

namespace artspeak::nn {

// B windows of T tokens, NH heads of D numbers each; C = NH · D.
struct AttentionShape {
  int64_t B = 0, T = 0, NH = 0, D = 0;
  int64_t C() const { return NH * D; }
};

// out (B, T, C) = softmax(q·kᵀ / sqrt(D), causal) · v for each head (Vaswani
// et al. 2017, equation 1). qkv: (B, T, 3C), head h at columns h·D of each
// third. log_sum: (B, NH, T), the log of each softmax's denominator, kept for
// the backward pass. The mask drops attention weights; its numbers run over
// (B, NH, T, T).
void AttentionForward(base::ThreadPool& pool, const Kernels& kernels,
                      AttentionShape shape, float* out, float* log_sum,
                      const float* qkv, const DropoutMask& mask);

// dqkv (B, T, 3C) is overwritten. out, log_sum and qkv are the forward pass's;
// dout: (B, T, C). Attention weights are computed again in blocks (Dao et al.
// 2022, section 3.1), never stored whole.
void AttentionBackward(base::ThreadPool& pool, const Kernels& kernels,
                       AttentionShape shape, float* dqkv, const float* dout,
                       const float* out, const float* log_sum, const float* qkv,
                       const DropoutMask& mask);

}  // namespace artspeak::nn
