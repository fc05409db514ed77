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

Q8Block EncodeQ8Block(std::span<const float, kBlock> values) {
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

struct Q4Block {
  uint16_t scale;  // a half
  std::array<uint8_t, kBlock / 2> bytes;
};
static_assert(sizeof(Q4Block) == 18);

// The largest becomes -8, the number that has no counterpart.
Q4Block EncodeQ4Block(std::span<const float, kBlock> values) {
  float largest = 0;
  for (const float value : values) {
    if (std::abs(value) > std::abs(largest)) largest = value;
  }
  const float scale = largest / -8;
  Q4Block block{HalfFromFloat(scale), {}};
  // Below the smallest half, of either sign, all become zero.
  const bool none = (block.scale & 0x7fff) == 0;
  const float inverse = none ? 0 : 1 / scale;
  const auto four_bits = [&](float value) {
    return static_cast<uint8_t>(std::min(15.0, value * inverse + 8.5));
  };
  for (size_t i = 0; i < kBlock / 2; ++i) {
    block.bytes[i] = static_cast<uint8_t>(
        four_bits(values[i]) | four_bits(values[kBlock / 2 + i]) << 4);
  }
  return block;
}

template <typename Block>
std::byte* Store(const Block& block, std::byte* to) {
  std::memcpy(to, &block, sizeof block);
  return to + sizeof block;
}

}  // namespace

std::string_view NameOf(GgufType type) {
  switch (type) {
    case GgufType::kF32:
      return "F32";
    case GgufType::kF16:
      return "F16";
    case GgufType::kQ4_0:
      return "Q4_0";
    case GgufType::kQ8_0:
      return "Q8_0";
  }
  return "";
}

bool HoldsRows(GgufType type, uint64_t row_length) {
  const bool blocks = type == GgufType::kQ4_0 || type == GgufType::kQ8_0;
  return !blocks || row_length % kBlock == 0;
}

uint64_t BytesOf(GgufType type, uint64_t count) {
  assert(HoldsRows(type, count));
  switch (type) {
    case GgufType::kF32:
      return count * sizeof(float);
    case GgufType::kF16:
      return count * sizeof(uint16_t);
    case GgufType::kQ4_0:
      return count / kBlock * sizeof(Q4Block);
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
    case GgufType::kQ4_0:
      return 8 * kLargestHalf;
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
    case GgufType::kQ4_0:
      for (; !values.empty(); values = values.subspan(kBlock)) {
        to = Store(EncodeQ4Block(values.first<kBlock>()), to);
      }
      return;
    case GgufType::kQ8_0:
      for (; !values.empty(); values = values.subspan(kBlock)) {
        to = Store(EncodeQ8Block(values.first<kBlock>()), to);
      }
      return;
  }
}

}  // namespace artspeak::exchange
