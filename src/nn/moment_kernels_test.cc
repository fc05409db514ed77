#include "nn/moment_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace artspeak::nn {
namespace {

constexpr float kFirstFloor = 0x1p-16f;   // c of the first moment
constexpr float kSecondFloor = 0x1p-32f;  // and of the second

// A block and its memory.
struct Block {
  explicit Block(int64_t count = kMomentBlock)
      : first(static_cast<size_t>(count)), second(static_cast<size_t>(count)) {}

  MomentBlock view() {
    return {first.data(), second.data(), &first_scale, &second_scale};
  }
  bool operator==(const Block&) const = default;

  std::vector<uint8_t> first, second;
  float first_scale = 0, second_scale = 0;
};

struct Numbers {
  explicit Numbers(size_t count) : first(count), second(count) {}
  std::vector<float> first, second;
};

Numbers Decoded(Block& block, const MomentKernels& kernels) {
  Numbers numbers(block.first.size());
  kernels.decode(numbers.first.data(), numbers.second.data(),
                 static_cast<int64_t>(block.first.size()), block.view());
  return numbers;
}

Block Encoded(const Numbers& numbers, const MomentKernels& kernels,
              uint64_t key) {
  const auto count = static_cast<int64_t>(numbers.first.size());
  Block block(count);
  kernels.encode(block.view(), count, numbers.first.data(),
                 numbers.second.data(), key);
  return block;
}

// Sizes from the largest down to far below what a block can tell apart.
Numbers ManyMagnitudes(uint64_t seed) {
  base::RandomStream random(seed);
  Numbers numbers(kMomentBlock);
  for (size_t i = 0; i < kMomentBlock; ++i) {
    const double size = std::exp2(-40 * random.Uniform());
    numbers.first[i] = static_cast<float>(random.Below(2) == 0 ? size : -size);
    numbers.second[i] = static_cast<float>(std::exp2(-40 * random.Uniform()));
  }
  numbers.first[7] = 1;
  numbers.second[7] = 1;
  return numbers;
}

class EveryInstructionSet : public ::testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    kernels_ = MomentKernelsOf(GetParam());
    if (kernels_ == nullptr) {
      GTEST_SKIP() << "this processor lacks " << NameOf(GetParam());
    }
  }
  const MomentKernels* kernels_ = nullptr;
};

TEST_P(EveryInstructionSet, ACodeIsWithinAStepOfItsNumber) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Numbers numbers = ManyMagnitudes(seed);
    Block block = Encoded(numbers, *kernels_, seed);
    const Numbers decoded = Decoded(block, *kernels_);
    for (size_t i = 0; i < kMomentBlock; ++i) {
      // Eight steps from x + c to twice that; a float's own rounding beside.
      const float m = numbers.first[i], v = numbers.second[i];
      const float c1 = kFirstFloor * block.first_scale;
      ASSERT_LE(std::fabs(decoded.first[i] - m), 0.1251f * (std::fabs(m) + c1));
      const float c2 = kSecondFloor * block.second_scale;
      ASSERT_LE(std::fabs(decoded.second[i] - v), 0.1251f * (v + c2));
    }
  }
}

TEST_P(EveryInstructionSet, RoundingIsRightOnAverage) {
  const Numbers numbers = ManyMagnitudes(1);
  constexpr int kTries = 4000;
  std::vector<double> first(kMomentBlock), second(kMomentBlock);
  Block block;
  for (int i = 0; i < kTries; ++i) {
    block = Encoded(numbers, *kernels_,
                    base::RandomStream(2, static_cast<uint64_t>(i)).NextU64());
    const Numbers decoded = Decoded(block, *kernels_);
    for (size_t k = 0; k < kMomentBlock; ++k) {
      first[k] += decoded.first[k] / kTries;
      second[k] += decoded.second[k] / kTries;
    }
  }
  // A deviation of half a step at most, over the root of the tries; five of
  // them. Below half of code 1 the second moment is rounded up.
  const double bound = 5 * 0.125 / 2 / std::sqrt(kTries);
  const double c1 = kFirstFloor * block.first_scale;
  const double c2 = kSecondFloor * block.second_scale;
  for (size_t k = 0; k < kMomentBlock; ++k) {
    const double m = numbers.first[k], v = numbers.second[k];
    ASSERT_NEAR(first[k], m, bound * (std::fabs(m) + c1)) << m;
    if (v < c2 / 8) continue;
    ASSERT_NEAR(second[k], v, bound * (v + c2)) << v;
  }
}

TEST_P(EveryInstructionSet, WhatIsDecodedStaysAsItIs) {
  Block block = Encoded(ManyMagnitudes(3), *kernels_, 4);
  const Block before = block;
  int64_t moved = 0;
  for (uint64_t key = 0; key < 100; ++key) {
    block = Encoded(Decoded(block, *kernels_), *kernels_, key);
    for (size_t i = 0; i < kMomentBlock; ++i) {
      moved += block.first[i] != before.first[i];
      moved += block.second[i] != before.second[i];
    }
  }
  // Decoding rounds to fp32, a 2^-16th of a step away: hardly ever seen.
  EXPECT_LE(moved, 100);
}

TEST_P(EveryInstructionSet, ALargeNumberHidesNoDivisor) {
  Numbers numbers(kMomentBlock);
  std::ranges::fill(numbers.first, 1e-12f);
  std::ranges::fill(numbers.second, 1e-22f);
  numbers.first[100] = 1e3f;
  numbers.second[100] = 1e7f;
  Block block = Encoded(numbers, *kernels_, 5);
  Numbers decoded = Decoded(block, *kernels_);
  EXPECT_NEAR(decoded.first[100], 1e3, 125);
  EXPECT_NEAR(decoded.second[100], 1e7, 1.25e6);
  const double largest = numbers.first[100] / std::sqrt(numbers.second[100]);
  for (size_t i = 0; i < kMomentBlock; ++i) {
    ASSERT_GT(decoded.second[i], 0) << i;
  }
  // Even the first moment's least number moves no weight far.
  block.first[0] = 1;
  block.second[0] = 1;
  decoded = Decoded(block, *kernels_);
  EXPECT_GT(decoded.first[0], 0);
  EXPECT_LT(decoded.first[0] / std::sqrt(decoded.second[0]), 1.1 * largest);
}

TEST_P(EveryInstructionSet, NothingAtAllStaysNothing) {
  Block block = Encoded(Numbers(kMomentBlock), *kernels_, 6);
  const Numbers decoded = Decoded(block, *kernels_);
  for (size_t i = 0; i < kMomentBlock; ++i) {
    ASSERT_EQ(decoded.first[i], 0);
    // The least code, of a scale far below epsilon's square.
    ASSERT_LT(std::sqrt(decoded.second[i]), 1e-15f);
  }
}

TEST_P(EveryInstructionSet, WhatIsNoNumberDoesNotBecomeOne) {
  for (const float bad : {std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::quiet_NaN()}) {
    const AdamFactors factors = {0.9f, 0.999f, 0.1f,  0.001f, 1,
                                 1,    0,      1e-3f, 1,      1e-8f};
    Block block;
    std::vector<float> weights(kMomentBlock), gradients(kMomentBlock);
    gradients[3] = bad;
    kernels_->adam(factors, kMomentBlock, weights.data(), gradients.data(),
                   block.view(), 7);
    EXPECT_FALSE(std::isfinite(weights[3]));
  }
}

TEST_P(EveryInstructionSet, AnUpdateIsAdamsFromWhatTheCodesSay) {
  for (const int64_t count : {int64_t{1}, int64_t{37}, kMomentBlock}) {
    base::RandomStream random(8);
    Block block = Encoded(ManyMagnitudes(9), *kernels_, 10);
    block.first.resize(static_cast<size_t>(count));
    block.second.resize(static_cast<size_t>(count));
    const Numbers before = Decoded(block, *kernels_);
    std::vector<float> weights(static_cast<size_t>(count)), gradients(weights);
    for (float& x : weights) x = static_cast<float>(random.Normal());
    for (float& x : gradients) x = static_cast<float>(random.Normal());
    const std::vector<float> old_weights = weights, old_gradients = gradients;
    const AdamFactors f = {0.9f,  0.999f, 0.1f,  0.001f, 0.5f,
                           0.99f, 0.01f,  1e-2f, 3.0f,   1e-8f};
    kernels_->adam(f, count, weights.data(), gradients.data(), block.view(),
                   11);
    const Numbers after = Decoded(block, *kernels_);
    for (size_t i = 0; i < weights.size(); ++i) {
      const double g =
          double{old_gradients[i]} * f.gradient_scale + f.pull * old_weights[i];
      const double m = f.beta1 * double{before.first[i]} + f.rest1 * g;
      const double v = f.beta2 * double{before.second[i]} + f.rest2 * g * g;
      const double weight =
          old_weights[i] * double{f.shrink} -
          f.step_size * m / (std::sqrt(v) * f.correction2 + f.epsilon);
      // Weights of order 1, rounded a few times to 2^-24.
      ASSERT_NEAR(weights[i], weight, 1e-6) << i;
      ASSERT_LE(std::fabs(after.first[i] - m),
                0.1251 * (std::fabs(m) + kFirstFloor * block.first_scale));
      ASSERT_LE(std::fabs(after.second[i] - v),
                0.1251 * (v + kSecondFloor * block.second_scale));
      ASSERT_EQ(gradients[i], 0);
    }
  }
}

TEST_P(EveryInstructionSet, HasTheBitsOfThePlainOne) {
  const MomentKernels& plain = *MomentKernelsOf(InstructionSet::kPlain);
  const AdamFactors f = {0.9f,  0.999f, 0.1f,  0.001f, 0.5f,
                         0.99f, 0.01f,  1e-2f, 3.0f,   1e-8f};
  Block a, b;
  std::vector<float> weights_a(kMomentBlock, 1), weights_b(weights_a);
  for (uint64_t step = 0; step < 20; ++step) {
    base::RandomStream random(12, step);
    std::vector<float> gradients(kMomentBlock);
    for (float& x : gradients) x = static_cast<float>(random.Normal());
    std::vector<float> same = gradients;
    plain.adam(f, kMomentBlock, weights_a.data(), gradients.data(), a.view(),
               step);
    kernels_->adam(f, kMomentBlock, weights_b.data(), same.data(), b.view(),
                   step);
    ASSERT_EQ(a, b);
    ASSERT_EQ(weights_a, weights_b);
  }
}

INSTANTIATE_TEST_SUITE_P(, EveryInstructionSet,
                         ::testing::Values(InstructionSet::kPlain,
                                           InstructionSet::kAvx2,
                                           InstructionSet::kAvx512));

}  // namespace
}  // namespace artspeak::nn
