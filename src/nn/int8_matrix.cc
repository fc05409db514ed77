#include "nn/int8_matrix.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace artspeak::nn {

namespace {

// Rounded up, so that the largest weight stays within 127 steps.
uint16_t ScaleOf(float largest) {
  const uint32_t bits = std::bit_cast<uint32_t>(largest / 127);
  return static_cast<uint16_t>((bits + 0xffff) >> 16);
}

float ScaleValue(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

// Where input k's byte of output n lies in its group, behind the scales.
int64_t PlaceOf(int64_t k, int64_t n) {
  return k / 4 * (4 * kInt8Panel) + n * 4 + k % 4;
}

}  // namespace

void PackInt8(const Int8Matrix& matrix, const float* weights, int64_t k_stride,
              int64_t n_stride, std::byte* out) {
  std::byte* group = out;
  for (int64_t first = 0; first < matrix.panels() * kInt8Panel;
       first += kInt8Panel) {
    for (int64_t begin = 0; begin < matrix.groups() * kInt8Group;
         begin += kInt8Group, group += kInt8GroupBytes) {
      uint16_t scales[kInt8Panel] = {};
      std::byte* const bytes = group + sizeof scales;
      std::memset(bytes, 128, kInt8Panel * kInt8Group);
      const int64_t outputs = std::min(kInt8Panel, matrix.N - first);
      const int64_t inputs = std::min(kInt8Group, matrix.K - begin);
      for (int64_t n = 0; n < outputs; ++n) {
        const float* column =
            weights + begin * k_stride + (first + n) * n_stride;
        float largest = 0;
        for (int64_t k = 0; k < inputs; ++k) {
          largest = std::max(largest, std::fabs(column[k * k_stride]));
        }
        scales[n] = ScaleOf(largest);
        const float scale = ScaleValue(scales[n]);
        if (!(scale > 0)) continue;
        for (int64_t k = 0; k < inputs; ++k) {
          const float steps = std::nearbyint(column[k * k_stride] / scale);
          bytes[PlaceOf(k, n)] = static_cast<std::byte>(
              static_cast<int>(std::clamp(steps, -127.0f, 127.0f)) + 128);
        }
      }
      std::memcpy(group, scales, sizeof scales);
    }
  }
}

void UnpackInt8(const Int8Matrix& matrix, int64_t n, float* out) {
  const std::byte* panel = matrix.data + n / kInt8Panel * matrix.panel_bytes();
  n %= kInt8Panel;
  for (int64_t k = 0; k < matrix.K; ++k) {
    const std::byte* group = panel + k / kInt8Group * kInt8GroupBytes;
    uint16_t scale;
    std::memcpy(&scale, group + n * sizeof scale, sizeof scale);
    const auto byte = std::to_integer<int>(
        group[kInt8Panel * sizeof scale + PlaceOf(k % kInt8Group, n)]);
    out[k] = static_cast<float>(byte - 128) * ScaleValue(scale);
  }
}

}  // namespace artspeak::nn
