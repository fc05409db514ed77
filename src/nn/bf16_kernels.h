// Products of bfloat16 numbers summed up in fp32, for training: the inner
// loops, for processors with an instruction for pairs of them.
#pragma once

#include <cstdint>

#include "nn/bfloat16.h"

namespace artspeak::nn {

// Columns of a panel. A matrix (K, N) lies in panels of 64 columns, one after
// another; a panel has for every 2 rows the 2 numbers of each of its columns.
// What K and N lack of whole panels and pairs is filled up with zeros.
inline constexpr int64_t kBf16Panel = 64;

// Numbers of one panel, and of all panels, of K rows and N columns.
constexpr int64_t Bf16PanelSize(int64_t K) {
  return (K + 1) / 2 * 2 * kBf16Panel;
}
constexpr int64_t Bf16PanelsSize(int64_t K, int64_t N) {
  return (N + kBf16Panel - 1) / kBf16Panel * Bf16PanelSize(K);
}

// The left side of a product: the pair of the numbers 2p and 2p + 1 of row r
// begins at data + r * row_step + p * pair_step.
struct Bf16Pairs {
  const Bfloat16* data = nullptr;
  int64_t row_step = 0, pair_step = 2;
};

// For one thread; thread-safe. Rounding is to nearest, ties to even; numbers
// below fp32's normal range count as zero.
struct Bf16Kernels {
  // c (rows, columns) = a (rows, K) · b (K, columns) [+ c], b's panels
  // `panel_size` numbers apart, of which the first `pairs` pairs are
  // multiplied. Each result is one chain of sums over the pairs in order: the
  // same bits whatever the rows and columns beside it.
  void (*multiply)(float* c, int64_t c_stride, Bf16Pairs a, const Bfloat16* b,
                   int64_t panel_size, int64_t rows, int64_t columns,
                   int64_t pairs, bool accumulate);
  // out (count, and one zero more if that is odd) = scale · in, rounded.
  void (*round)(Bfloat16* out, const float* in, int64_t count, float scale);
  // One panel of the matrix (K, columns), columns <= 64, whose rows lie
  // `stride` apart.
  void (*pack)(Bfloat16* panel, const Bfloat16* in, int64_t stride, int64_t K,
               int64_t columns);
  // The same of fp32 numbers, rounded.
  void (*round_and_pack)(Bfloat16* panel, const float* in, int64_t stride,
                         int64_t K, int64_t columns);
  // The same where `in` is the transpose, (columns, K).
  void (*round_and_pack_transposed)(Bfloat16* panel, const float* in,
                                    int64_t stride, int64_t K, int64_t columns);
};

// Null if this processor lacks AVX-512 with bfloat16.
const Bf16Kernels* FindBf16Kernels();

}  // namespace artspeak::nn
