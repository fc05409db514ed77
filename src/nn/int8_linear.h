// Products of fp32 rows with weights in 8 bits, for inference.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "nn/int8_kernels.h"

namespace artspeak::nn {

// Rows of numbers rounded to 8 bits: what the products that read them share.
// Reused from step to step; allocates only to grow. Not thread-safe.
class QuantizedRows {
 public:
  // x: (rows, K).
  void Assign(base::ThreadPool& pool, const Int8Kernels& kernels,
              const float* x, int64_t rows, int64_t K);

  int64_t rows() const { return rows_; }
  Int8Rows view() const {
    return {values_.data(), scales_.data(), corrections_.data()};
  }

 private:
  int64_t rows_ = 0;
  std::vector<int8_t> values_;
  std::vector<float> scales_;
  std::vector<int32_t> corrections_;
};

// y (rows, N) = x (rows, K) · weight + bias (N) (or null). Each number of y has
// the same bits whatever the other rows, the threads and the processor.
void Int8Forward(base::ThreadPool& pool, const Int8Kernels& kernels, float* y,
                 const QuantizedRows& x, const Int8Matrix& weight,
                 const float* bias);

}  // namespace artspeak::nn
