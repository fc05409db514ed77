#include "nn/packed_matrix.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace artspeak::nn {

namespace {

constexpr int64_t kScales = kPackedPanel * 2;  // bytes of a panel's scales
constexpr int64_t kParts = kPackedGroup / kInt4Part;

float FloatOf(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

uint16_t NearestBf16(float number) {
  const uint32_t bits = std::bit_cast<uint32_t>(number);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Rounded up, so that the largest weight stays within 127 steps.
uint16_t Int8Scale(float largest) {
  const uint32_t bits = std::bit_cast<uint32_t>(largest / 127);
  return static_cast<uint16_t>((bits + 0xffff) >> 16);
}

// Where input k's weight of output n lies in its group, behind the scales.
int64_t Bf16Place(int64_t k, int64_t n) {
  return (k / 2 * kPackedPanel + n) * 2 + k % 2;
}
int64_t Int8Place(int64_t k, int64_t n) {
  return (k / 4 * kPackedPanel + n) * 4 + k % 4;
}
int64_t Int4Place(int64_t k, int64_t n) {
  return (k / 4 * (kPackedPanel / 2) + n % 16) * 4 + k % 4;
}

// The weights of one output in one group, filled up with zeros.
using Column = float[kPackedGroup];

void PackBf16(const Column& column, int64_t n, std::byte* group) {
  for (int64_t k = 0; k < kPackedGroup; ++k) {
    const uint16_t bits = NearestBf16(column[k]);
    std::memcpy(group + 2 * Bf16Place(k, n), &bits, sizeof bits);
  }
}

void PackInt8(const Column& column, int64_t n, std::byte* group) {
  float largest = 0;
  for (const float weight : column) {
    largest = std::max(largest, std::fabs(weight));
  }
  const uint16_t bits = Int8Scale(largest);
  std::memcpy(group + 2 * n, &bits, sizeof bits);
  const float scale = FloatOf(bits);
  for (int64_t k = 0; k < kPackedGroup; ++k) {
    const float steps = scale > 0 ? std::nearbyint(column[k] / scale) : 0;
    group[kScales + Int8Place(k, n)] = static_cast<std::byte>(
        static_cast<int>(std::clamp(steps, -127.0f, 127.0f)) + 128);
  }
}

constexpr float kLeastInt4 = 1e-30f;  // what is smaller counts as zero

// Adding 1.5 · 2^23 rounds to a whole number, ties to even; unlike a call of
// nearbyint, on several numbers at once.
float Int4Steps(float weight, float inverse) {
  constexpr float kWhole = 12582912.0f;
  const float steps = std::clamp(weight * inverse, -8.0f, 7.0f);
  return (steps + kWhole) - kWhole;
}

// The scale for 32 weights. The largest may become 8 steps on its own side (of
// -8 … 7); a little more or less often fits the others better.
uint16_t Int4Scale(const float* weights) {
  float extreme = 0;
  for (int64_t k = 0; k < kInt4Part; ++k) {
    if (std::fabs(weights[k]) > std::fabs(extreme)) extreme = weights[k];
  }
  if (std::fabs(extreme) < kLeastInt4) return 0;
  uint16_t best = 0;
  float least = INFINITY;
  for (float reach = -9.0f; reach <= -6.5f; reach += 0.25f) {
    // Given the steps, the scale of least squares: Σ weight·step / Σ step².
    const float inverse = reach / extreme;
    float product = 0, square = 0;
    for (int64_t k = 0; k < kInt4Part; ++k) {
      const float steps = Int4Steps(weights[k], inverse);
      product += weights[k] * steps;
      square += steps * steps;
    }
    const uint16_t bits = NearestBf16(product / square);
    const float scale = FloatOf(bits);
    float error = 0;
    for (int64_t k = 0; k < kInt4Part; ++k) {
      const float gap = weights[k] - scale * Int4Steps(weights[k], 1 / scale);
      error += gap * gap;
    }
    if (error < least) {
      least = error;
      best = bits;
    }
  }
  return best;
}

void PackInt4(const Column& column, int64_t n, std::byte* group) {
  for (int64_t part = 0; part < kParts; ++part) {
    const float* weights = column + part * kInt4Part;
    const uint16_t bits = Int4Scale(weights);
    std::memcpy(group + part * kScales + 2 * n, &bits, sizeof bits);
    const float inverse = bits != 0 ? 1 / FloatOf(bits) : 0;
    for (int64_t k = 0; k < kInt4Part; ++k) {
      const auto half = static_cast<std::byte>(
          static_cast<int>(Int4Steps(weights[k], inverse)) + 8);
      std::byte& place =
          group[kParts * kScales + Int4Place(part * kInt4Part + k, n)];
      place |= n < kPackedPanel / 2 ? half : half << 4;
    }
  }
}

float WeightAt(PackedFormat format, const std::byte* group, int64_t k,
               int64_t n) {
  uint16_t bits;
  switch (format) {
    case PackedFormat::kBf16:
      std::memcpy(&bits, group + 2 * Bf16Place(k, n), sizeof bits);
      return FloatOf(bits);
    case PackedFormat::kInt8: {
      std::memcpy(&bits, group + 2 * n, sizeof bits);
      const auto byte = std::to_integer<int>(group[kScales + Int8Place(k, n)]);
      return static_cast<float>(byte - 128) * FloatOf(bits);
    }
    case PackedFormat::kInt4: {
      std::memcpy(&bits, group + k / kInt4Part * kScales + 2 * n, sizeof bits);
      const auto byte =
          std::to_integer<int>(group[kParts * kScales + Int4Place(k, n)]);
      const int half = n < kPackedPanel / 2 ? byte & 15 : byte >> 4;
      return static_cast<float>(half - 8) * FloatOf(bits);
    }
  }
  return 0;
}

}  // namespace

int64_t PackedMatrix::group_bytes() const {
  switch (format) {
    case PackedFormat::kBf16:
      return kPackedPanel * kPackedGroup * 2;
    case PackedFormat::kInt8:
      return kScales + kPackedPanel * kPackedGroup;
    case PackedFormat::kInt4:
      return kParts * kScales + kPackedPanel * kPackedGroup / 2;
  }
  return 0;
}

void Pack(const PackedMatrix& matrix, const float* weights, int64_t k_stride,
          int64_t n_stride, int64_t begin, int64_t end, std::byte* out) {
  std::byte* group = out + begin * matrix.panel_bytes();
  for (int64_t panel = begin; panel < end; ++panel) {
    for (int64_t g = 0; g < matrix.groups();
         ++g, group += matrix.group_bytes()) {
      std::memset(group, 0, static_cast<size_t>(matrix.group_bytes()));
      const int64_t inputs =
          std::min(kPackedGroup, matrix.K - g * kPackedGroup);
      // By inputs first: in most matrices their outputs lie side by side.
      Column columns[kPackedPanel] = {};
      const int64_t first = panel * kPackedPanel;
      const int64_t outputs = std::min(kPackedPanel, matrix.N - first);
      for (int64_t k = 0; k < inputs; ++k) {
        const float* row = weights + (g * kPackedGroup + k) * k_stride;
        for (int64_t n = 0; n < outputs; ++n) {
          columns[n][k] = row[(first + n) * n_stride];
        }
      }
      for (int64_t n = 0; n < kPackedPanel; ++n) {
        switch (matrix.format) {
          case PackedFormat::kBf16:
            PackBf16(columns[n], n, group);
            break;
          case PackedFormat::kInt8:
            PackInt8(columns[n], n, group);
            break;
          case PackedFormat::kInt4:
            PackInt4(columns[n], n, group);
            break;
        }
      }
    }
  }
}

void Unpack(const PackedMatrix& matrix, int64_t n, float* out) {
  const std::byte* panel =
      matrix.data + n / kPackedPanel * matrix.panel_bytes();
  for (int64_t k = 0; k < matrix.K; ++k) {
    out[k] =
        WeightAt(matrix.format, panel + k / kPackedGroup * matrix.group_bytes(),
                 k % kPackedGroup, n % kPackedPanel);
  }
}

}  // namespace artspeak::nn
