// Layer normalisation (Ba, Kiros & Hinton 2016) over rows of C numbers.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/kernels.h"

namespace artspeak::nn {

// in, out: (rows, C); weight, bias: (C); mean, rstd: (rows), kept for the
// backward pass.
struct LayerNormShape {
  int64_t rows = 0, C = 0;
};

void LayerNormForward(base::ThreadPool& pool, const Kernels& kernels,
                      LayerNormShape shape, float* out, float* mean,
                      float* rstd, const float* in, const float* weight,
                      const float* bias, float epsilon);

// din (rows, C), dweight and dbias (C) are added to, the latter two unless they
// are null. Sums over rows run in fixed chunks: the bits do not depend on the
// number of threads.
void LayerNormBackward(base::ThreadPool& pool, const Kernels& kernels,
                       LayerNormShape shape, float* din, float* dweight,
                       float* dbias, const float* dout, const float* in,
                       const float* weight, const float* mean,
                       const float* rstd);

// out (C) += the sum of the rows of in (rows, C), in fixed chunks: the
// gradient of a bias.
void AddColumnSums(base::ThreadPool& pool, const Kernels& kernels,
                   LayerNormShape shape, float* out, const float* in);

}  // namespace artspeak::nn
