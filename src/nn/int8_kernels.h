// Products of bytes, once for every instruction set.
#pragma once

#include <cstdint>

#include "nn/int8_matrix.h"
#include "nn/kernels.h"

namespace artspeak::nn {

// A group whose largest number is not above it counts as zeros, so that 127 / x
// is finite.
inline constexpr float kInt8Least = 1e-30f;

// A view of rows of K numbers in 8 bits, each group of 128 (filled up with
// zeros) with a scale of its own: number = value · scale.
struct Int8Rows {
  const int8_t* values = nullptr;        // (rows, groups · 128)
  const float* scales = nullptr;         // (rows, groups)
  const int32_t* corrections = nullptr;  // (rows, groups): -128 · sum of values
};

// For one thread. Sums of bytes are exact, and the groups' sums are added in
// order by fused multiply-adds: every instruction set gives the same bits,
// whatever rows stand beside a row. Thread-safe.
struct Int8Kernels {
  // One row of K numbers to 8 bits. A group's largest becomes 127; a number
  // that is none makes the scale none.
  void (*quantize)(int8_t* values, float* scales, int32_t* corrections,
                   const float* x, int64_t K);
  // y (rows, N) = x (rows, K) · w + bias (N) (or null), in the panels
  // [begin, end). y_stride in numbers.
  void (*product)(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
                  const Int8Matrix& w, const float* bias, int64_t begin,
                  int64_t end);
};

// Null if this processor lacks it; kAvx512 asks for VNNI too.
const Int8Kernels* Int8KernelsOf(InstructionSet set);

// The fastest this processor has.
const Int8Kernels& BestInt8Kernels();

}  // namespace artspeak::nn
