// A weight matrix in 16, 8 or 4 bits, laid out for dot products.
#pragma once

#include <cstddef>
#include <cstdint>

namespace artspeak::nn {

enum class PackedFormat { kBf16, kInt8, kInt4 };

inline constexpr int64_t kPackedGroup = 128;  // inputs that lie together
inline constexpr int64_t kPackedPanel = 32;   // outputs that lie together
inline constexpr int64_t kInt4Part = 32;      // inputs that share an int4 scale

// A view of K × N weights (inputs × outputs) in panels of 32 outputs, one after
// the other, the last filled up with zeros. A panel holds its groups of 128
// inputs (the last filled up likewise), so a product reads it from front to
// back. A group is
//
//   kBf16  for every 2 inputs, the 32 outputs' 2 weights each
//   kInt8  32 scales; for every 4 inputs, the 32 outputs' 4 weights each, as
//          bytes: weight(k, n) = (byte - 128) · scale, byte in 1 … 255
//   kInt4  4 × 32 scales, for 32 inputs each; for every 4 inputs, outputs 0 to
//          15's 4 weights each in the low halves of 64 bytes, outputs 16 to
//          31's in the high: weight(k, n) = (half - 8) · scale
//
// with scales in bfloat16. So 64 bytes in a row are what one instruction
// multiplies: 16 outputs × 4 bytes or × 2 bfloat16 numbers.
struct PackedMatrix {
  PackedFormat format = PackedFormat::kInt8;
  int64_t K = 0, N = 0;
  const std::byte* data = nullptr;

  int64_t groups() const { return (K + kPackedGroup - 1) / kPackedGroup; }
  int64_t panels() const { return (N + kPackedPanel - 1) / kPackedPanel; }
  int64_t group_bytes() const;
  int64_t panel_bytes() const { return groups() * group_bytes(); }
  int64_t bytes() const { return panels() * panel_bytes(); }
};

// Rounds the weights of panels [begin, end) into `out`, where the whole matrix
// has room; `matrix` gives the shape. weight(k, n) is weights[k · k_stride + n
// · n_stride], all finite. Rounded to the nearest bfloat16; or to a group's 127
// steps, at most half of one apart: |largest| / 254, and 1 % of that by the
// scale's own rounding; or to 4 bits with the scale, among some that nearly
// reach the largest, whose squared error is least. Thread-safe.
void Pack(const PackedMatrix& matrix, const float* weights, int64_t k_stride,
          int64_t n_stride, int64_t begin, int64_t end, std::byte* out);

// The K weights of output n.
void Unpack(const PackedMatrix& matrix, int64_t n, float* out);

}  // namespace artspeak::nn
