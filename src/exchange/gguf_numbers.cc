#include "exchange/gguf_numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

namespace artspeak::exchange {

static_assert(std::endian::native == std::endian::little,
              "the format stores numbers as this program holds them");

namespace {

constexpr size_t kBlock = 32;  // numbers
constexpr float kLargestByte = 127;
constexpr float kLargestHalf = 65504;

struct Q8Block {
  uint16_t scale;  // a half
  std::array<int8_t, kBlock> bytes;
};
static_assert(sizeof(Q8Block) == 34);

Q8Block EncodeBlock(std::span<const float, kBlock> values) {
  float largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::abs(value));
  }
  const float scale = largest / kLargestByte;
  Q8Block block{HalfFromFloat(scale), {}};
  // Below the smallest half all become zero, and 1 / scale might not be finite.
  if (block.scale == 0) return block;
  const float inverse = 1 / scale;
  for (size_t i = 0; i < kBlock; ++i) {
    // To the nearest, halves away from zero: in fp64 the sum is exact.
    const double quotient = values[i] * inverse;
    block.bytes[i] =
        static_cast<int8_t>(quotient + (quotient < 0 ? -0.5 : 0.5));
  }
  return block;
}

}  // namespace

std::string_view NameOf(GgufType type) {
  switch (type) {
    case GgufType::kF32:
      return "F32";
    case GgufType::kF16:
      return "F16";
    case GgufType::kQ8_0:
      return "Q8_0";
  }
  return "";
}

bool HoldsRows(GgufType type, uint64_t row_length) {
  return type != GgufType::kQ8_0 || row_length % kBlock == 0;
}

uint64_t BytesOf(GgufType type, uint64_t count) {
  assert(HoldsRows(type, count));
  switch (type) {
    case GgufType::kF32:
      return count * sizeof(float);
    case GgufType::kF16:
      return count * sizeof(uint16_t);
    case GgufType::kQ8_0:
      return count / kBlock * sizeof(Q8Block);
  }
  return 0;
}

float LargestOf(GgufType type) {
  switch (type) {
    case GgufType::kF32:
      return std::numeric_limits<float>::max();
    case GgufType::kF16:
      return kLargestHalf;
    case GgufType::kQ8_0:
      return kLargestByte * kLargestHalf;
  }
  return 0;
}

uint16_t HalfFromFloat(float value) {
  // An fp32 has 13 more bits of fraction, and an exponent larger by 112.
  constexpr int kSurplus = 13;
  constexpr uint32_t kRebias = 112u << 23;
  constexpr uint32_t kInfinity = 0x7f800000;
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t magnitude = bits & 0x7fffffff;
  uint32_t half;
  if (magnitude > kInfinity) {
    half = 0x7e00;
  } else if (magnitude >= std::bit_cast<uint32_t>(0x1p16f)) {
    half = 0x7c00;
  } else if (magnitude >= std::bit_cast<uint32_t>(0x1p-14f)) {
    // Half of the last bit that stays, less one if that bit is even. A carry
    // moves on to the exponent, and from the largest to infinity.
    const uint32_t odd = (magnitude >> kSurplus) & 1;
    const uint32_t rounded = magnitude + (1u << (kSurplus - 1)) - 1 + odd;
    half = (rounded - kRebias) >> kSurplus;
  } else {
    // Subnormal: a multiple of 2^-24, which is also the last bit of an fp32
    // from 0.5 to 1. So the sum is rounded where the half must be.
    const float sum = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<uint32_t>(sum) - std::bit_cast<uint32_t>(0.5f);
  }
  return static_cast<uint16_t>(half | ((bits >> 16) & 0x8000));
}

void Encode(GgufType type, std::span<const float> values,
            std::span<std::byte> out) {
  assert(out.size() == BytesOf(type, values.size()));
  std::byte* to = out.data();
  switch (type) {
    case GgufType::kF32:
      if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
      return;
    case GgufType::kF16:
      for (const float value : values) {
        const uint16_t half = HalfFromFloat(value);
        std::memcpy(to, &half, sizeof half);
        to += sizeof half;
      }
      return;
    case GgufType::kQ8_0:
      for (; !values.empty(); values = values.subspan(kBlock)) {
        const Q8Block block = EncodeBlock(values.first<kBlock>());
        std::memcpy(to, &block, sizeof block);
        to += sizeof block;
      }
      return;
  }
}

}  // namespace artspeak::exchange
