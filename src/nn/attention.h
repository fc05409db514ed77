// Causal self-attention over whole windows, for training.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/dropout.h"
#include "nn/kernels.h"
#include "nn/panel_kernels.h"

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
//
// Number is float or Bfloat16: what the products multiply. Queries, keys,
// values, weights and the gradients of scores and output are rounded to it
// once; softmax, sums and what goes in and out are fp32.
template <typename Number>
void AttentionForward(base::ThreadPool& pool, const Kernels& kernels,
                      const PanelKernels<Number>& products,
                      AttentionShape shape, float* out, float* log_sum,
                      const float* qkv, const DropoutMask& mask);

// dqkv (B, T, 3C) is overwritten. log_sum and qkv are the forward pass's; dout:
// (B, T, C). Attention weights are computed again in blocks (Dao et al. 2022,
// section 3.1), never stored whole.
template <typename Number>
void AttentionBackward(base::ThreadPool& pool, const Kernels& kernels,
                       const PanelKernels<Number>& products,
                       AttentionShape shape, float* dqkv, const float* dout,
                       const float* log_sum, const float* qkv,
                       const DropoutMask& mask);

}  // namespace artspeak::nn
