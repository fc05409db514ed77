// Products whose rows are tokens of different sequences, for inference.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/kernels.h"

namespace artspeak::nn {

// y (rows, N) = x (rows, K) · weight + bias.
struct LinearShape {
  int64_t rows = 0, K = 0, N = 0;
};

// weight: (K, N); bias: (N) or null. Each number of y is one sum over k in an
// order of its own: the same bits whatever the other rows and the threads.
void LinearForward(base::ThreadPool& pool, const Kernels& kernels,
                   LinearShape shape, float* y, const float* x,
                   const float* weight, const float* bias);

// weight: (N, K), as the token embedding serves as the head.
void LinearForwardTransposed(base::ThreadPool& pool, const Kernels& kernels,
                             LinearShape shape, float* y, const float* x,
                             const float* weight);

}  // namespace artspeak::nn
