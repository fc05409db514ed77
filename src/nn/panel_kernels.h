// Products of large matrices, for training: how their right side lies in
// memory, and the inner loops.
#pragma once

#include <cstdint>

#include "nn/bfloat16.h"

namespace artspeak::nn {

// Columns of a panel. A matrix (K, N) lies in panels of 64 columns, one after
// another; a panel has, for every step of one row of fp32 or two rows of
// bfloat16, the numbers of each of its columns. What K and N lack of whole
// steps and panels is filled up with zeros.
inline constexpr int64_t kPanel = 64;

template <typename Number>
inline constexpr int64_t kPanelStep = 1;
template <>
inline constexpr int64_t kPanelStep<Bfloat16> = 2;

// K, filled up to whole steps.
template <typename Number>
constexpr int64_t PanelRows(int64_t K) {
  return (K + kPanelStep<Number> - 1) / kPanelStep<Number> * kPanelStep<Number>;
}

// Steps that K rows take.
template <typename Number>
constexpr int64_t PanelSteps(int64_t K) {
  return PanelRows<Number>(K) / kPanelStep<Number>;
}

// Numbers of one panel, and of all panels, of K rows and N columns.
template <typename Number>
constexpr int64_t PanelSize(int64_t K) {
  return PanelRows<Number>(K) * kPanel;
}
template <typename Number>
constexpr int64_t PanelsSize(int64_t K, int64_t N) {
  return (N + kPanel - 1) / kPanel * PanelSize<Number>(K);
}

// The left side of a product: the numbers of step s of row r begin at
// data + r * row_distance + s * step_distance.
template <typename Number>
struct PanelLeft {
  const Number* data = nullptr;
  int64_t row_distance = 0;
  int64_t step_distance = kPanelStep<Number>;
};

// For one thread; thread-safe. Rounding is to nearest, ties to even; numbers
// below fp32's normal range count as zero in bfloat16.
template <typename Number>
struct PanelKernels {
  // c (rows, columns) = a (rows, K) · b (K, columns) [+ c], b's panels
  // `panel_size` numbers apart, of which the first `steps` steps are
  // multiplied. Each result is one chain of sums over the steps in order: the
  // same bits whatever the rows and columns beside it.
  void (*multiply)(float* c, int64_t c_stride, PanelLeft<Number> a,
                   const Number* b, int64_t panel_size, int64_t rows,
                   int64_t columns, int64_t steps, bool accumulate);
  // out (count, filled up to whole steps) = scale · in, rounded.
  void (*round)(Number* out, const float* in, int64_t count, float scale);
  // One panel of scale · the matrix (K, columns), columns <= 64, whose rows lie
  // `stride` apart, rounded.
  void (*round_and_pack)(Number* panel, const float* in, int64_t stride,
                         int64_t K, int64_t columns, float scale);
  // The same where `in` is the transpose, (columns, K).
  void (*round_and_pack_transposed)(Number* panel, const float* in,
                                    int64_t stride, int64_t K, int64_t columns,
                                    float scale);
};

}  // namespace artspeak::nn
