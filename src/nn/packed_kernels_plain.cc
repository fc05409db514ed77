// Products with packed weights in plain C++: the reference of the others, and
// what runs on processors without vector instructions that we know.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "nn/packed_kernels.h"

namespace artspeak::nn::plain {

namespace {

float FloatOf(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

void Quantize(int8_t* values, float* scales, int32_t* sums, const float* x,
              int64_t K) {
  for (int64_t begin = 0; begin < K; begin += kPackedGroup) {
    const int64_t count = std::min(kPackedGroup, K - begin);
    // As integers, magnitudes order as numbers do, and NaN above all.
    uint32_t bits = 0;
    for (int64_t k = 0; k < count; ++k) {
      bits = std::max(bits, std::bit_cast<uint32_t>(x[begin + k]) & 0x7fffffff);
    }
    const float largest = std::bit_cast<float>(bits);
    std::memset(values, 0, kPackedGroup);
    if (largest > kInt8Least && largest < INFINITY) {
      const float factor = 127 / largest;
      for (int64_t k = 0; k < count; ++k) {
        values[k] = static_cast<int8_t>(std::nearbyint(x[begin + k] * factor));
      }
    }
    *scales++ =
        largest > kInt8Least || !(largest == largest) ? largest / 127 : 0;
    for (int64_t k = 0; k < kPackedGroup; k += kInt4Part) {
      int32_t sum = 0;
      for (int64_t i = 0; i < kInt4Part; ++i) sum += values[k + i];
      *sums++ = sum;
    }
    values += kPackedGroup;
  }
}

// Weight k of output n of a part, as the unsigned number that is stored.
int32_t StoredAt(PackedFormat format, const std::byte* weights, int64_t k,
                 int64_t n) {
  if (format == PackedFormat::kInt8) {
    return std::to_integer<int32_t>(
        weights[(k / 4 * kPackedPanel + n) * 4 + k % 4]);
  }
  const auto byte =
      std::to_integer<int32_t>(weights[(k / 4 * 16 + n % 16) * 4 + k % 4]);
  return n < 16 ? byte & 15 : byte >> 4;
}

void Product(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
             const PackedMatrix& w, const float* bias, int64_t begin,
             int64_t end) {
  const int64_t groups = w.groups();
  const int64_t parts = w.format == PackedFormat::kInt8 ? 1 : 4;
  const int64_t inputs = kPackedGroup / parts;  // of a part
  const int64_t scale_bytes = parts * 2 * kPackedPanel;
  const int64_t part_bytes = (w.group_bytes() - scale_bytes) / parts;
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t first = panel * kPackedPanel;
    const int64_t outputs = std::min(kPackedPanel, w.N - first);
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t n = 0; n < outputs; ++n) {
        const std::byte* group = w.data + panel * w.panel_bytes();
        float sum = 0;
        for (int64_t g = 0; g < groups; ++g, group += w.group_bytes()) {
          const int64_t at = row * groups + g;
          float group_sum = 0;
          for (int64_t part = 0; part < parts; ++part) {
            const int8_t* values = x.values + at * kPackedGroup + part * inputs;
            const std::byte* weights = group + scale_bytes + part * part_bytes;
            int32_t dot = x.corrections[at * 4 + part];
            for (int64_t k = 0; k < inputs; ++k) {
              dot += StoredAt(w.format, weights, k, n) * values[k];
            }
            uint16_t scale;
            std::memcpy(&scale, group + 2 * (part * kPackedPanel + n),
                        sizeof scale);
            group_sum =
                std::fma(static_cast<float>(dot), FloatOf(scale), group_sum);
          }
          sum = std::fma(group_sum, x.scales[at], sum);
        }
        y[row * y_stride + first + n] =
            bias != nullptr ? sum + bias[first + n] : sum;
      }
    }
  }
}

void ProductBf16(float* y, int64_t y_stride, const Bfloat16* x, int64_t rows,
                 const PackedMatrix& w, const float* bias, int64_t begin,
                 int64_t end) {
  const int64_t inputs = w.groups() * kPackedGroup;
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t first = panel * kPackedPanel;
    const int64_t outputs = std::min(kPackedPanel, w.N - first);
    for (int64_t row = 0; row < rows; ++row) {
      const std::byte* weights = w.data + panel * w.panel_bytes();
      float sums[kPackedPanel] = {};
      for (int64_t k = 0; k < inputs; k += 2) {
        for (int64_t n = 0; n < kPackedPanel; ++n, weights += 4) {
          uint16_t pair[2];
          std::memcpy(pair, weights, sizeof pair);
          for (int i = 0; i < 2; ++i) {
            sums[n] += FloatOf(pair[i]) * FloatOf(x[row * inputs + k + i].bits);
          }
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

extern const PackedKernels kPackedKernels;
const PackedKernels kPackedKernels = {&Quantize, &Product, &ProductBf16};

}  // namespace artspeak::nn::plain
