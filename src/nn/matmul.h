// Large fp32 matrix products, for training.
#pragma once

#include <cstdint>
#include <functional>

#include "base/thread_pool.h"
#include "nn/buffer.h"
#include "nn/kernels.h"

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
  // after, by the thread that computes them.
  std::function<void(int64_t begin, int64_t end)> before = {};
  std::function<void(int64_t begin, int64_t end)> after = {};
};

// Computes such products. It has memory for the blocks of A and B that it packs
// anew, at most 32 MB, which the largest product so far decides. Not
// thread-safe.
class Multiplier {
 public:
  explicit Multiplier(base::ThreadPool& pool) : pool_(pool) {}

  // Each number of C is one chain of sums over the inner dimension: the same
  // bits whatever the number of threads, and whatever rows and columns stand
  // beside it.
  void Multiply(const MatMul& product);

 private:
  struct Block;
  void PackLeft(const Block& block);
  void PackRight(const Block& block);
  void MultiplyBlock(const Block& block);

  base::ThreadPool& pool_;
  const PanelKernels<float>& kernels_ = BestKernels().panels;
  Buffer left_, right_;  // panels
};

}  // namespace artspeak::nn
