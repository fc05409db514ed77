#include "nn/dropout.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

TEST(Dropout, MaskIsTheStreamsNumbersOnEveryInstructionSet) {
  const uint64_t seed = 0x123456789abcdef, stream = 0xfedcba987654321;
  const DropoutMask mask(0.25f, seed, stream);
  const int64_t first = (int64_t{1} << 36) + 5, count = 1000;
  const std::vector<float> ones(static_cast<size_t>(count), 1.0f);
  for (const Kernels* kernels : AllKernels()) {
    std::vector<float> out(ones.size());
    mask.Apply(*kernels, out.data(), ones.data(), count, first);
    for (int64_t i = 0; i < count; ++i) {
      const auto index = static_cast<uint64_t>(first + i);
      const auto block = base::PhiloxBlock(seed, stream, index / 8);
      const uint32_t word = block[index % 8 / 2];
      const uint32_t draw = index % 2 ? word >> 16 : word & 0xffff;
      ASSERT_EQ(out[static_cast<size_t>(i)],
                draw >= 16384 ? 65536.0f / 49152 : 0.0f);
    }
  }
}

// 100,000 draws: the share kept deviates by sqrt(0.1 · 0.9 / 1e5) = 0.001.
TEST(Dropout, KeepsTheShareAndTheMean) {
  const DropoutMask mask(0.1f, 1, 2);
  const std::vector<float> ones(100'000, 1.0f);
  std::vector<float> out(ones.size());
  mask.Apply(BestKernels(), out.data(), ones.data(), 100'000, 0);
  const auto kept = std::count_if(out.begin(), out.end(),
                                  [](float value) { return value != 0; });
  EXPECT_NEAR(static_cast<double>(kept) / 1e5, 0.9, 0.005);
  double sum = 0;
  for (const float value : out) sum += value;
  EXPECT_NEAR(sum / 1e5, 1, 0.006);
}

TEST(Dropout, RateOfZeroKeepsEverything) {
  EXPECT_FALSE(DropoutMask(0, 1, 2).active());
  EXPECT_FALSE(DropoutMask().active());
}

}  // namespace
}  // namespace artspeak::nn
