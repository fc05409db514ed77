// Products of bytes in plain C++: the reference of the others, and what runs on
// processors without vector instructions that we know.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "nn/int8_kernels.h"

namespace artspeak::nn::plain {

namespace {

void Quantize(int8_t* values, float* scales, int32_t* corrections,
              const float* x, int64_t K) {
  for (int64_t begin = 0; begin < K; begin += kInt8Group) {
    const int64_t count = std::min(kInt8Group, K - begin);
    // As integers, magnitudes order as numbers do, and NaN above all.
    uint32_t bits = 0;
    for (int64_t k = 0; k < count; ++k) {
      bits = std::max(bits, std::bit_cast<uint32_t>(x[begin + k]) & 0x7fffffff);
    }
    const float largest = std::bit_cast<float>(bits);
    std::memset(values, 0, kInt8Group);
    int32_t sum = 0;
    if (largest > kInt8Least && largest < INFINITY) {
      const float factor = 127 / largest;
      for (int64_t k = 0; k < count; ++k) {
        values[k] = static_cast<int8_t>(std::nearbyint(x[begin + k] * factor));
        sum += values[k];
      }
    }
    *scales++ =
        largest > kInt8Least || !(largest == largest) ? largest / 127 : 0;
    *corrections++ = -128 * sum;
    values += kInt8Group;
  }
}

void Product(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
             const Int8Matrix& w, const float* bias, int64_t begin,
             int64_t end) {
  const int64_t groups = w.groups();
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t first = panel * kInt8Panel;
    const int64_t outputs = std::min(kInt8Panel, w.N - first);
    for (int64_t row = 0; row < rows; ++row) {
      const std::byte* group = w.data + panel * w.panel_bytes();
      float sums[kInt8Panel] = {};
      for (int64_t g = 0; g < groups; ++g, group += kInt8GroupBytes) {
        const int64_t at = row * groups + g;
        const int8_t* values = x.values + at * kInt8Group;
        int32_t dots[kInt8Panel];
        std::fill_n(dots, kInt8Panel, x.corrections[at]);
        const std::byte* bytes = group + 2 * kInt8Panel;
        for (int64_t k = 0; k < kInt8Group; k += 4) {
          for (int64_t n = 0; n < kInt8Panel; ++n) {
            for (int64_t i = 0; i < 4; ++i) {
              dots[n] += std::to_integer<int32_t>(*bytes++) * values[k + i];
            }
          }
        }
        for (int64_t n = 0; n < kInt8Panel; ++n) {
          uint16_t scale;
          std::memcpy(&scale, group + 2 * n, sizeof scale);
          const float factor =
              std::bit_cast<float>(uint32_t{scale} << 16) * x.scales[at];
          sums[n] = std::fma(static_cast<float>(dots[n]), factor, sums[n]);
        }
      }
      for (int64_t n = 0; n < outputs; ++n) {
        y[row * y_stride + first + n] =
            bias != nullptr ? sums[n] + bias[first + n] : sums[n];
      }
    }
  }
}

}  // namespace

extern const Int8Kernels kInt8Kernels;
const Int8Kernels kInt8Kernels = {&Quantize, &Product};

}  // namespace artspeak::nn::plain
