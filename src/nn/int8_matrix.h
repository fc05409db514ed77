// A weight matrix in 8 bits, laid out for dot products of bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace artspeak::nn {

inline constexpr int64_t kInt8Group = 128;  // inputs that share a scale
inline constexpr int64_t kInt8Panel = 32;   // outputs that lie together
// Of one group of a panel: scales and weights.
inline constexpr int64_t kInt8GroupBytes = kInt8Panel * (2 + kInt8Group);

// A view of K × N weights (inputs × outputs) in panels of 32 outputs, one after
// the other, the last filled up with zeros. A panel holds for each group of 128
// inputs (the last filled up likewise) 32 scales in bfloat16, then for every 4
// inputs the 32 outputs' 4 weights each, as bytes that are 128 above the value:
//
//   weight(k, n) = (byte - 128) · scale, byte in 1 … 255
//
// So 64 bytes in a row are 16 outputs × 4 inputs, which is what one VNNI
// instruction multiplies, and a product reads its panels from front to back.
struct Int8Matrix {
  int64_t K = 0, N = 0;
  const std::byte* data = nullptr;

  int64_t groups() const { return (K + kInt8Group - 1) / kInt8Group; }
  int64_t panels() const { return (N + kInt8Panel - 1) / kInt8Panel; }
  int64_t panel_bytes() const { return groups() * kInt8GroupBytes; }
  int64_t bytes() const { return panels() * panel_bytes(); }
};

// Rounds weights to 8 bits into `out`, which has room for matrix.bytes();
// `matrix` gives the shape. weight(k, n) is weights[k · k_stride + n ·
// n_stride], all finite. A group's largest becomes 126 or 127; an error is at
// most half a step: |largest| / 254, and 1 % of that by the scale's own
// rounding.
void PackInt8(const Int8Matrix& matrix, const float* weights, int64_t k_stride,
              int64_t n_stride, std::byte* out);

// The K weights of output n.
void UnpackInt8(const Int8Matrix& matrix, int64_t n, float* out);

}  // namespace artspeak::nn
