// Large fp32 matrix products, for training.
#pragma once

#include <cstdint>
#include <functional>

#include "base/thread_pool.h"

namespace artspeak::nn {

// A matrix in memory, row-major; `stride` is the distance between its rows, in
// numbers. Read as its transpose when `transposed`.
struct MatrixView {
  const float* data = nullptr;
  int64_t stride = 0;
  bool transposed = false;
};

// C (rows, columns) = alpha · A (rows, inner) · B (inner, columns) [+ C].
struct MatMul {
  int64_t rows = 0, columns = 0, inner = 0;
  MatrixView a, b;
  float* c = nullptr;
  int64_t c_stride = 0;
  float alpha = 1;
  bool accumulate = false;

  // Called for rows [begin, end) of C just before they are computed and just
  // after, by the thread that computes them, while they are in its cache.
  std::function<void(int64_t begin, int64_t end)> before = {};
  std::function<void(int64_t begin, int64_t end)> after = {};
};

// Computes it on oneDNN, one slice of C a task. Slices depend on the shape
// alone and the inner dimension is never split, so the bits of the result do
// not depend on the number of threads. They may depend on `rows`.
void Multiply(base::ThreadPool& pool, const MatMul& product);

// The same for one thread, without hooks: for products inside a pool's task.
void MultiplyHere(const MatMul& product);

}  // namespace artspeak::nn
