// Products of fp32 rows with packed weights, for inference.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "nn/packed_kernels.h"

namespace artspeak::nn {

// Multiplies with packed weights. Each number of a product has the same bits
// whatever the other rows and the threads. Keeps its memory from product to
// product; allocates only to grow. Not thread-safe.
class PackedLinear {
 public:
  explicit PackedLinear(const PackedKernels& kernels = BestPackedKernels())
      : kernels_(kernels) {}

  // y (rows, N) = x (rows, K) · weight + bias (N) (or null). x is rounded too:
  // beside kBf16 to bfloat16, beside the others to 8 bits.
  void Forward(base::ThreadPool& pool, float* y, const float* x, int64_t rows,
               const PackedMatrix& weight, const float* bias);

 private:
  void RoundToInt8(base::ThreadPool& pool, const float* x, int64_t rows,
                   const PackedMatrix& weight);
  void RoundToBf16(base::ThreadPool& pool, const float* x, int64_t rows,
                   const PackedMatrix& weight);

  PackedKernels kernels_;
  std::vector<int8_t> values_;        // (rows, groups · 128)
  std::vector<float> scales_;         // (rows, groups)
  std::vector<int32_t> corrections_;  // (rows, groups, 4)
  std::vector<Bfloat16> halves_;      // (rows, groups · 128)
};

}  // namespace artspeak::nn
