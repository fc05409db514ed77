#include "nn/int8_linear.h"

#include <algorithm>

namespace artspeak::nn {

namespace {

// Handing out a task costs a microsecond or so: it gets at least ten of work.
constexpr int64_t kTaskBytes = 1 << 18;    // of weights read, for few rows
constexpr int64_t kTaskNumbers = 1 << 14;  // to round

}  // namespace

void QuantizedRows::Assign(base::ThreadPool& pool, const Int8Kernels& kernels,
                           const float* x, int64_t rows, int64_t K) {
  const int64_t groups = (K + kInt8Group - 1) / kInt8Group;
  const auto size = static_cast<size_t>(rows * groups);
  if (scales_.size() < size) {
    values_.resize(size * kInt8Group);
    scales_.resize(size);
    corrections_.resize(size);
  }
  rows_ = rows;
  const int64_t grain = std::max<int64_t>(1, kTaskNumbers / K);
  pool.For(rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = row * groups;
      kernels.quantize(values_.data() + at * kInt8Group, scales_.data() + at,
                       corrections_.data() + at, x + row * K, K);
    }
  });
}

void Int8Forward(base::ThreadPool& pool, const Int8Kernels& kernels, float* y,
                 const QuantizedRows& x, const Int8Matrix& weight,
                 const float* bias) {
  const int64_t passes = (x.rows() + 7) / 8;
  const int64_t grain =
      std::max<int64_t>(1, kTaskBytes / (weight.panel_bytes() * passes));
  pool.For(weight.panels(), grain, [&](int64_t begin, int64_t end) {
    kernels.product(y, weight.N, x.view(), x.rows(), weight, bias, begin, end);
  });
}

}  // namespace artspeak::nn
