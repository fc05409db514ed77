// Large matrix products of bfloat16 numbers, for training.
#pragma once

#include <cstdint>
#include <functional>

#include "base/thread_pool.h"
#include "nn/bf16_kernels.h"
#include "nn/buffer.h"

namespace artspeak::nn {

// Numbers in a Buffer's memory, two in a place of fp32; zero at first.
class Bf16Buffer {
 public:
  Bf16Buffer() = default;
  explicit Bf16Buffer(int64_t size) : buffer_((size + 1) / 2) {}

  int64_t size() const { return buffer_.size() * 2; }  // at least as asked for
  Bfloat16* data() { return reinterpret_cast<Bfloat16*>(buffer_.data()); }
  const Bfloat16* data() const {
    return reinterpret_cast<const Bfloat16*>(buffer_.data());
  }

 private:
  Buffer buffer_;
};

// Loops over rows, or panels, of whole matrices; bits do not depend on the
// number of threads.
// out (rows, K), PanelRows<Bfloat16>(K) apart, = scale · in (rows, K).
void RoundRows(base::ThreadPool& pool, const Bf16Kernels& kernels,
               Bfloat16* out, const float* in, int64_t rows, int64_t K,
               float scale = 1);
// The panels of in (K, N), its rows PanelRows<Bfloat16>(N) apart.
void PackPanels(base::ThreadPool& pool, const Bf16Kernels& kernels,
                Bfloat16* panels, const Bfloat16* in, int64_t K, int64_t N);
// The same of fp32 numbers, scaled and rounded: of in (K, N), or of the
// transpose of in (N, K).
void PackPanels(base::ThreadPool& pool, const Bf16Kernels& kernels,
                Bfloat16* panels, const float* in, int64_t K, int64_t N,
                bool transposed, float scale = 1);

// C (rows, columns) = A (rows, inner) · B (inner, columns) [+ C].
struct Bf16MatMul {
  int64_t rows = 0, columns = 0, inner = 0;
  // Rows PanelRows<Bfloat16>(inner) apart or, `a_in_panels`, the panels of
  // (inner, rows).
  const Bfloat16* a = nullptr;
  bool a_in_panels = false;
  const Bfloat16* b = nullptr;  // panels
  float* c = nullptr;           // rows lie `columns` apart
  bool accumulate = false;

  // As in MatMul.
  std::function<void(int64_t begin, int64_t end)> before = {};
  std::function<void(int64_t begin, int64_t end)> after = {};
};

void Multiply(base::ThreadPool& pool, const Bf16Kernels& kernels,
              const Bf16MatMul& product);

}  // namespace artspeak::nn
