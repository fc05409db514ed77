#include "exchange/gguf_numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "base/random.h"
#include "exchange/test_gguf_reader.h"

namespace artspeak::exchange {
namespace {

constexpr uint16_t kLargest = 0x7bff;  // the bits of 65504

TEST(HalfFromFloat, EveryHalfComesBack) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = FloatFromHalf(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(FloatFromHalf(HalfFromFloat(value))));
    } else {
      EXPECT_EQ(HalfFromFloat(value), half) << value;
    }
  }
}

TEST(HalfFromFloat, RoundsToTheNearestAndOfTwoToTheEven) {
  for (uint16_t below = 0; below < kLargest; ++below) {
    const uint16_t above = below + 1;
    // Exact: an fp32 has more bits.
    const float middle = (FloatFromHalf(below) + FloatFromHalf(above)) / 2;
    const uint16_t even = below % 2 == 0 ? below : above;
    EXPECT_EQ(HalfFromFloat(middle), even) << middle;
    EXPECT_EQ(HalfFromFloat(std::nextafter(middle, 0.0f)), below) << middle;
    EXPECT_EQ(HalfFromFloat(std::nextafter(middle, 1e9f)), above) << middle;
    EXPECT_EQ(HalfFromFloat(-middle), even | 0x8000) << middle;
  }
}

TEST(HalfFromFloat, WhatIsTooLargeBecomesInfinity) {
  EXPECT_EQ(HalfFromFloat(std::nextafter(65520.0f, 0.0f)), kLargest);
  for (const float value : {65520.0f, 65536.0f, 1e30f, INFINITY}) {
    EXPECT_EQ(HalfFromFloat(value), 0x7c00) << value;
    EXPECT_EQ(HalfFromFloat(-value), 0xfc00) << value;
  }
  EXPECT_EQ(HalfFromFloat(std::numeric_limits<float>::denorm_min()), 0);
}

std::vector<float> Recode(GgufType type, const std::vector<float>& values) {
  std::vector<std::byte> bytes(BytesOf(type, values.size()));
  Encode(type, values, bytes);
  GgufFile::Tensor tensor;
  tensor.type = static_cast<uint32_t>(type);
  tensor.bytes.assign(reinterpret_cast<const char*>(bytes.data()),
                      bytes.size());
  return tensor.Values();
}

TEST(Encode, Fp32IsKept) {
  const std::vector<float> values = {1.5f, -0.0f, 1e-42f, 3e38f};
  EXPECT_EQ(Recode(GgufType::kF32, values), values);
  EXPECT_TRUE(Recode(GgufType::kF32, {}).empty());
}

TEST(Encode, HalvesAreTheNearest) {
  const std::vector<float> read =
      Recode(GgufType::kF16, {0.1f, -65504, 0x1p-24f});
  EXPECT_EQ(read, (std::vector<float>{FloatFromHalf(HalfFromFloat(0.1f)),
                                      -65504, 0x1p-24f}));
}

// A block's scale is d = largest / 127 and a number x becomes the whole q that
// is nearest to x / d, so |x - q d| <= d / 2; two roundings of fp32, of 1 / d
// and of the product, move x / d by less than 127 * 2^-22. The scale is stored
// as the half D, and |q| <= 127, so q D is farther by at most 127 |D - d|:
// 127 d 2^-11, or 127 * 2^-25 where D is subnormal.
double BlockBound(double largest) {
  const double scale = largest / 127;
  return scale * (0.5 + 127 * 0x1p-22) +
         127 * std::max(scale * 0x1p-11, 0x1p-25);
}

TEST(Encode, BlocksKeepTheirBound) {
  base::RandomStream random(5);
  // From blocks whose scale is no half any more to the largest one.
  for (int exponent = -50; exponent <= 22; ++exponent) {
    std::vector<float> values(32 * 8);
    for (float& value : values) {
      value = static_cast<float>(std::ldexp(random.Normal() / 4, exponent));
      value = std::clamp(value, -LargestOf(GgufType::kQ8_0),
                         LargestOf(GgufType::kQ8_0));
    }
    const std::vector<float> read = Recode(GgufType::kQ8_0, values);
    ASSERT_EQ(read.size(), values.size());
    for (size_t begin = 0; begin < values.size(); begin += 32) {
      double largest = 0;
      for (size_t i = begin; i < begin + 32; ++i) {
        largest = std::max(largest, std::fabs(double{values[i]}));
      }
      for (size_t i = begin; i < begin + 32; ++i) {
        EXPECT_LE(std::fabs(double{values[i]} - read[i]), BlockBound(largest))
            << values[i] << " of " << largest;
      }
    }
  }
}

TEST(Encode, ABlockIsItsScaleAndThenItsBytes) {
  std::vector<float> values(32);
  values[0] = 127;  // so that the scale is 1
  values[1] = -127;
  values[2] = 2.5f;
  values[3] = -2.5f;
  values[4] = std::nextafter(2.5f, 0.0f);
  std::vector<std::byte> bytes(34);
  Encode(GgufType::kQ8_0, values, bytes);
  std::vector<int8_t> numbers(34);
  std::memcpy(numbers.data(), bytes.data(), 34);
  EXPECT_EQ(numbers[0], 0);
  EXPECT_EQ(numbers[1], 0x3c);  // 1 as a half
  EXPECT_EQ(numbers[2], 127);
  EXPECT_EQ(numbers[3], -127);
  EXPECT_EQ(numbers[4], 3);  // halves away from zero, as llama.cpp does
  EXPECT_EQ(numbers[5], -3);
  EXPECT_EQ(numbers[6], 2);
  EXPECT_EQ(numbers[7], 0);
}

TEST(Encode, ABlockBelowEveryHalfIsZero) {
  std::vector<std::byte> bytes(34, std::byte{1});
  // The inverse of such a scale is no fp32 any more.
  Encode(GgufType::kQ8_0, std::vector<float>(32, 1e-42f), bytes);
  EXPECT_EQ(bytes, std::vector<std::byte>(34));
}

// As for eight bits, with a scale of largest / 8 and |q| <= 8; a number
// opposite to the largest that would become 8 becomes 7, off by a whole scale.
TEST(Encode, FourBitsKeepTheirBound) {
  base::RandomStream random(6);
  for (int exponent = -40; exponent <= 18; ++exponent) {
    std::vector<float> values(32 * 8);
    for (float& value : values) {
      value = static_cast<float>(std::ldexp(random.Normal() / 4, exponent));
    }
    const std::vector<float> read = Recode(GgufType::kQ4_0, values);
    ASSERT_EQ(read.size(), values.size());
    for (size_t begin = 0; begin < values.size(); begin += 32) {
      const auto block = std::span(values).subspan(begin, 32);
      const double largest = *std::ranges::max_element(
          block, {}, [](float value) { return std::abs(value); });
      const double scale = std::abs(largest) / 8;
      for (size_t i = begin; i < begin + 32; ++i) {
        const bool cut = values[i] / largest < -7.5 / 8;
        EXPECT_LE(std::fabs(double{values[i]} - read[i]),
                  scale * ((cut ? 1 : 0.5) + 8 * 0x1p-22) +
                      8 * std::max(scale * 0x1p-11, 0x1p-25))
            << values[i] << " of " << largest;
      }
    }
  }
}

TEST(Encode, AByteHoldsTwoNumbersOfFourBits) {
  std::vector<float> values(32);
  values[0] = -8;  // the largest: the scale is 1
  values[1] = 7;
  values[2] = 8;  // cut off
  values[16] = 1;
  values[17] = -1.5f;  // halves upwards, as llama.cpp does
  std::vector<std::byte> bytes(18);
  Encode(GgufType::kQ4_0, values, bytes);
  std::vector<uint8_t> numbers(18);
  std::memcpy(numbers.data(), bytes.data(), 18);
  EXPECT_EQ(numbers[0], 0);
  EXPECT_EQ(numbers[1], 0x3c);  // 1 as a half
  EXPECT_EQ(numbers[2], 0x90);
  EXPECT_EQ(numbers[3], 0x7f);
  EXPECT_EQ(numbers[4], 0x8f);
  EXPECT_EQ(numbers[5], 0x88);
}

TEST(Encode, FourBitsBelowEveryHalfAreZero) {
  for (const float value : {0.0f, 1e-42f, -1e-42f}) {
    for (const float read :
         Recode(GgufType::kQ4_0, std::vector<float>(32, value))) {
      EXPECT_EQ(read, 0);
    }
  }
}

TEST(Encode, TheLargestNumbersComeBack) {
  const float largest = LargestOf(GgufType::kQ8_0);
  const std::vector<float> values(32, -largest);
  EXPECT_EQ(Recode(GgufType::kQ8_0, values), values);
  const std::vector<float> eighths(32, LargestOf(GgufType::kQ4_0));
  EXPECT_EQ(Recode(GgufType::kQ4_0, eighths), eighths);
  EXPECT_EQ(Recode(GgufType::kF16, {LargestOf(GgufType::kF16)}).front(),
            LargestOf(GgufType::kF16));
}

TEST(HoldsRows, OnlyWholeBlocks) {
  EXPECT_TRUE(HoldsRows(GgufType::kQ8_0, 64));
  EXPECT_FALSE(HoldsRows(GgufType::kQ8_0, 48));
  EXPECT_FALSE(HoldsRows(GgufType::kQ4_0, 48));
  EXPECT_TRUE(HoldsRows(GgufType::kF16, 48));
}

}  // namespace
}  // namespace artspeak::exchange
