// Weights as GGUF stores them: halves, and blocks of 8-bit or 4-bit numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace artspeak::exchange {

// Types of a tensor's numbers, by their ids in the format (ggml_type in
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
//   kF32, kF16: IEEE 754.
//   kQ8_0: blocks of 32 numbers of a row, each block a half and 32 signed
//          bytes; the numbers are half times byte.
//   kQ4_0: likewise, each block a half and 16 bytes, byte i holding number i in
//          its lower four bits and number 16 + i in the others; the numbers are
//          half times (four bits - 8).
enum class GgufType : uint32_t { kF32 = 0, kF16 = 1, kQ4_0 = 2, kQ8_0 = 8 };

// "F32", "F16", "Q4_0", "Q8_0".
std::string_view NameOf(GgufType type);

// Whether rows of this length can be stored so: blocks do not span rows.
bool HoldsRows(GgufType type, uint64_t row_length);

// Bytes of so many numbers, which HoldsRows takes.
uint64_t BytesOf(GgufType type, uint64_t count);

// The largest magnitude that comes back as a number.
float LargestOf(GgufType type);

// Rounds to the nearest half, of two the even one; from 65520 on to infinity.
// NaN stays NaN.
uint16_t HalfFromFloat(float value);

// Stores `values`, whole rows, none beyond LargestOf(type), in `out`, which has
// BytesOf(type, values.size()) places. A Q8_0 number is off by at most half of
// its block's scale, which is a 127th of the block's largest magnitude, and by
// what rounding the scale to a half adds. So is a Q4_0 number, whose scale is an
// eighth; but one that lies opposite to the largest is cut off at 7 scales.
void Encode(GgufType type, std::span<const float> values,
            std::span<std::byte> out);

}  // namespace artspeak::exchange
