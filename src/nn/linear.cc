#include "nn/linear.h"

#include <algorithm>
#include <vector>

namespace artspeak::nn {

namespace {

// Handing out a task costs microseconds: a task gets at least this much work.
constexpr int64_t kTaskFlops = 1 << 20;
constexpr int64_t kColumnUnit = 64;  // the widest tile of the kernels
constexpr int64_t kMostRows = 96;    // of one task: more leave the cache
constexpr int64_t kFewRows = 6;      // that one pass over the weights serves

int64_t TaskColumns(const LinearShape& shape) {
  const int64_t rows = std::min(shape.rows, kMostRows);
  const int64_t columns = kTaskFlops / std::max<int64_t>(1, 2 * rows * shape.K);
  return std::max(kColumnUnit,
                  (columns + kColumnUnit - 1) / kColumnUnit * kColumnUnit);
}

// For many rows: copies kColumnUnit columns of the weights together, since a
// column block's rows lie a power of two apart, where they push each other out
// of the cache, and every six rows read them again.
void ForwardPacked(base::ThreadPool& pool, const Kernels& kernels,
                   LinearShape shape, float* y, const float* x,
                   const float* weight, const float* bias) {
  pool.For(shape.N, TaskColumns(shape), [&](int64_t begin, int64_t end) {
    std::vector<float> packed(static_cast<size_t>(shape.K * kColumnUnit));
    for (int64_t n = begin; n < end; n += kColumnUnit) {
      const int64_t columns = std::min(kColumnUnit, end - n);
      for (int64_t k = 0; k < shape.K; ++k) {
        std::copy_n(weight + k * shape.N + n, columns,
                    packed.data() + k * kColumnUnit);
      }
      for (int64_t row = 0; row < shape.rows; row += kMostRows) {
        kernels.product(
            y + row * shape.N + n, shape.N, x + row * shape.K, shape.K,
            packed.data(), kColumnUnit, bias != nullptr ? bias + n : nullptr,
            std::min(kMostRows, shape.rows - row), shape.K, 0, columns);
      }
    }
  });
}

}  // namespace

void LinearForward(base::ThreadPool& pool, const Kernels& kernels,
                   LinearShape shape, float* y, const float* x,
                   const float* weight, const float* bias) {
  if (shape.rows > kFewRows) {
    ForwardPacked(pool, kernels, shape, y, x, weight, bias);
    return;
  }
  pool.For(shape.N, TaskColumns(shape), [&](int64_t begin, int64_t end) {
    kernels.product(y, shape.N, x, shape.K, weight, shape.N, bias, shape.rows,
                    shape.K, begin, end);
  });
}

void LinearForwardTransposed(base::ThreadPool& pool, const Kernels& kernels,
                             LinearShape shape, float* y, const float* x,
                             const float* weight) {
  pool.For(shape.N, TaskColumns(shape), [&](int64_t begin, int64_t end) {
    for (int64_t row = 0; row < shape.rows; row += kMostRows) {
      kernels.product_transposed(
          y + row * shape.N, shape.N, x + row * shape.K, shape.K, weight,
          shape.K, std::min(kMostRows, shape.rows - row), shape.K, begin, end);
    }
  });
}

}  // namespace artspeak::nn
