#include "web/duration_words.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace artspeak::web {
namespace {

TEST(DurationWords, RangesAreRoundedOutwards) {
  EXPECT_EQ(DescribeRange({0, 4}), "a few seconds");
  EXPECT_EQ(DescribeRange({6, 18}), "5 to 20 seconds");
  EXPECT_EQ(DescribeRange({21, 44}), "20 to 50 seconds");
  EXPECT_EQ(DescribeRange({3, 44}), "less than 50 seconds");
  EXPECT_EQ(DescribeRange({70, 130}), "1 to 3 minutes");
  EXPECT_EQ(DescribeRange({30, 130}), "less than 3 minutes");
  EXPECT_EQ(DescribeRange({180, 180}), "about 3 minutes");
  EXPECT_EQ(DescribeRange({4000, 9000}), "1 to 3 hours");
}

TEST(DurationWords, NonsenseStaysASentence) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(DescribeRange({nan, nan}), "less than 1000 hours");
  EXPECT_EQ(DescribeRange({infinite, infinite}), "about 1000 hours");
  EXPECT_EQ(DescribeRange({-5, -1}), "a few seconds");
  EXPECT_EQ(DescribeRange({50, 20}), "about 50 seconds");
}

TEST(DurationWords, AWaitIsRoundedUp) {
  using std::chrono::seconds;
  EXPECT_EQ(DescribeWait(seconds(1)), "in less than a minute");
  EXPECT_EQ(DescribeWait(seconds(60)), "in 1 minute");
  EXPECT_EQ(DescribeWait(seconds(61)), "in 2 minutes");
  EXPECT_EQ(DescribeWait(seconds(3600)), "in 60 minutes");
}

}  // namespace
}  // namespace artspeak::web
