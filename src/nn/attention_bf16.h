// Causal self-attention for training as in attention.h, whose four products
// multiply bfloat16 numbers: queries, keys, values, attention weights and the
// gradients of scores and output, each rounded once. Softmax, sums and what
// goes in and out are fp32.
#pragma once

#include "base/thread_pool.h"
#include "nn/attention.h"
#include "nn/bf16_kernels.h"
#include "nn/dropout.h"
#include "nn/kernels.h"

namespace artspeak::nn {

// As AttentionForward.
void AttentionForwardBf16(base::ThreadPool& pool, const Kernels& kernels,
                          const Bf16Kernels& products, AttentionShape shape,
                          float* out, float* log_sum, const float* qkv,
                          const DropoutMask& mask);

// As AttentionBackward, but does not need the forward pass's output.
void AttentionBackwardBf16(base::ThreadPool& pool, const Kernels& kernels,
                           const Bf16Kernels& products, AttentionShape shape,
                           float* dqkv, const float* dout, const float* log_sum,
                           const float* qkv, const DropoutMask& mask);

}  // namespace artspeak::nn
