#include "train/curve.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace artspeak::train {
namespace {

Curve Flat(size_t points) {
  Curve curve;
  for (size_t i = 0; i < points; ++i) {
    curve.push_back({static_cast<double>(i), 1.0});
  }
  return curve;
}

TEST(Thinned, KeepsEverySpikeAndBothEnds) {
  constexpr size_t kPoints = 100'000;
  Curve curve = Flat(kPoints);
  curve[12'345].y = 9;
  curve[12'400].y = -9;
  curve[kPoints - 2].y = 5;
  const Curve thinned = Thinned(curve, 600);
  EXPECT_LE(thinned.size(), 600u);
  EXPECT_EQ(thinned.front(), curve.front());
  EXPECT_EQ(thinned.back(), curve.back());
  for (const size_t spike : {size_t{12'345}, size_t{12'400}, kPoints - 2}) {
    EXPECT_EQ(std::count(thinned.begin(), thinned.end(), curve[spike]), 1)
        << spike;
  }
  EXPECT_TRUE(
      std::is_sorted(thinned.begin(), thinned.end(),
                     [](const Point& a, const Point& b) { return a.x < b.x; }));
}

TEST(Thinned, NeverHasMorePointsThanWereAskedFor) {
  Curve curve;
  for (int i = 0; i < 1000; ++i) {
    curve.push_back({static_cast<double>(i), i * 37 % 101 + 0.5});
  }
  for (size_t points = 2; points < 1010; ++points) {
    const Curve thinned = Thinned(curve, points);
    ASSERT_LE(thinned.size(), points);
    ASSERT_EQ(thinned.back(), curve.back());
  }
  EXPECT_EQ(Thinned(curve, 1000), curve);
  EXPECT_EQ(Thinned({}, 2), Curve{});
}

TEST(Smoothed, FollowsAStraightLineAndEvensOutNoise) {
  Curve line = Flat(1000), noise = Flat(1000);
  for (size_t i = 0; i < line.size(); ++i) {
    line[i].y = 2 * line[i].x;
    noise[i].y = i % 2 == 0 ? 3 : 5;
  }
  // Away from the end it does not lag.
  for (const size_t i : {0, 3, 500, 970}) {
    EXPECT_NEAR(Smoothed(line)[i].y, line[i].y, 1e-6) << i;
  }
  for (const size_t i : {30, 500, 999}) {
    EXPECT_NEAR(Smoothed(noise)[i].y, 4, 0.1) << i;
  }
}

TEST(Smoothed, LeavesAFewPointsAsTheyAre) {
  const Curve few = {{0, 3}, {10, 1}, {20, 2}};
  EXPECT_EQ(Smoothed(few), few);
  EXPECT_EQ(Smoothed({}), Curve{});
}

}  // namespace
}  // namespace artspeak::train
