#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace artspeak::base {
namespace {

// The known answers of the Random123 distribution for philox4x32, 10 rounds.
TEST(Philox, AgreesWithTheKnownAnswers) {
  EXPECT_EQ(PhiloxBlock(0, 0, 0),
            (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c,
                                     0x9b00dbd8}));
  EXPECT_EQ(PhiloxBlock(~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}),
            (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6,
                                     0x6d5451fd}));
}

TEST(RandomStream, GoesOnFromASavedPosition) {
  RandomStream first(7, 3);
  for (int i = 0; i < 1001; ++i) first.NextU32();
  RandomStream second(7, 3);
  second.Seek(first.position());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(first.NextU64(), second.NextU64());
}

TEST(RandomStream, DiffersBetweenSeedsAndStreams) {
  const uint64_t base = RandomStream(1, 1).NextU64();
  EXPECT_NE(base, RandomStream(2, 1).NextU64());
  EXPECT_NE(base, RandomStream(1, 2).NextU64());
}

TEST(RandomStream, UniformFillsTheUnitIntervalEvenly) {
  RandomStream random(11);
  constexpr int kDraws = 100'000, kBins = 20;
  std::vector<int> bins(kBins);
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.Uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    ++bins[static_cast<int>(x * kBins)];
  }
  double chi_square = 0;
  constexpr double kExpected = static_cast<double>(kDraws) / kBins;
  for (const int count : bins) {
    chi_square += (count - kExpected) * (count - kExpected) / kExpected;
  }
  EXPECT_LT(chi_square, 43.8);  // 19 degrees of freedom, p = 0.001
}

TEST(RandomStream, BelowStaysBelowAndReachesEveryValue) {
  RandomStream random(5);
  std::vector<int> seen(7);
  for (int i = 0; i < 1000; ++i) ++seen.at(random.Below(7));
  for (const int count : seen) EXPECT_GT(count, 80);
}

TEST(RandomStream, NormalHasMeanZeroAndDeviationOne) {
  RandomStream random(9);
  constexpr int kDraws = 100'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.Normal();
    sum += x;
    squares += x * x;
  }
  // Four standard errors: 4/sqrt(n) and 4 sqrt(2/n).
  EXPECT_NEAR(sum / kDraws, 0, 4 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 4 * std::sqrt(2.0 / kDraws));
}

TEST(SystemRandom, FillsEveryByteDifferentlyEachTime) {
  std::array<std::byte, 32> a{}, b{};
  SystemRandom(a);
  SystemRandom(b);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace artspeak::base
