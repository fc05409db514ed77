// Products with packed weights, once for every instruction set.
#pragma once

#include <cstdint>
#include <optional>

#include "nn/bfloat16.h"
#include "nn/kernels.h"
#include "nn/packed_matrix.h"

namespace artspeak::nn {

// A group whose largest number is not above it counts as zeros, so that 127 / x
// is finite.
inline constexpr float kInt8Least = 1e-30f;

// A view of rows of K numbers in 8 bits, each group of 128 (filled up with
// zeros) with a scale of its own: number = value · scale.
struct Int8Rows {
  const int8_t* values = nullptr;  // (rows, groups · 128)
  const float* scales = nullptr;   // (rows, groups)
  // (rows, groups, 4): what takes back that weights are stored as unsigned
  // numbers. kInt4: -8 · the sums of 32 values; kInt8: -128 · the sum of 128,
  // then three of no meaning.
  const int32_t* corrections = nullptr;
};

// For one thread. A row's result does not depend on the rows beside it. Sums of
// bytes are exact, and those of parts and groups are added in order by fused
// multiply-adds: kInt8 and kInt4 give the same bits with every instruction set.
// kBf16 differs by rounding only. Thread-safe.
struct PackedKernels {
  // One row of K numbers to 8 bits. A group's largest becomes 127; a number
  // that is none makes the scale none. sums: of 32 values each.
  void (*quantize)(int8_t* values, float* scales, int32_t* sums, const float* x,
                   int64_t K);
  // y (rows, N) = x (rows, K) · w + bias (N) (or null), in the panels
  // [begin, end). y_stride in numbers. For kInt8 and kInt4:
  void (*product)(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
                  const PackedMatrix& w, const float* bias, int64_t begin,
                  int64_t end);
  // For kBf16; x is (rows, groups · 128), filled up with zeros.
  void (*product_bf16)(float* y, int64_t y_stride, const Bfloat16* x,
                       int64_t rows, const PackedMatrix& w, const float* bias,
                       int64_t begin, int64_t end);
};

// Nothing if this processor lacks it; kAvx512 asks for VNNI too, and takes
// AVX2's product_bf16 where the processor has no instruction for it.
std::optional<PackedKernels> PackedKernelsOf(InstructionSet set);

// The fastest this processor has.
PackedKernels BestPackedKernels();

// Whether that multiplies bfloat16 numbers by an instruction of their own,
// which rounds otherwise.
bool HasBf16Instruction();

}  // namespace artspeak::nn
