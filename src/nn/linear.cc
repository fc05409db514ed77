#include "nn/linear.h"

#include <algorithm>

namespace artspeak::nn {

namespace {

// Handing out a task costs microseconds: a task gets at least this much work.
constexpr int64_t kTaskFlops = 1 << 20;
constexpr int64_t kColumnUnit = 64;  // the widest tile of the kernels
constexpr int64_t kMostRows = 96;    // of one task: more leave the cache

int64_t TaskColumns(const LinearShape& shape) {
  const int64_t rows = std::min(shape.rows, kMostRows);
  const int64_t columns = kTaskFlops / std::max<int64_t>(1, 2 * rows * shape.K);
  return std::max(kColumnUnit,
                  (columns + kColumnUnit - 1) / kColumnUnit * kColumnUnit);
}

}  // namespace

void LinearForward(base::ThreadPool& pool, const Kernels& kernels,
                   LinearShape shape, float* y, const float* x,
                   const float* weight, const float* bias) {
  pool.For(shape.N, TaskColumns(shape), [&](int64_t begin, int64_t end) {
    for (int64_t row = 0; row < shape.rows; row += kMostRows) {
      kernels.product(y + row * shape.N, shape.N, x + row * shape.K, shape.K,
                      weight, shape.N, bias,
                      std::min(kMostRows, shape.rows - row), shape.K, begin,
                      end);
    }
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
