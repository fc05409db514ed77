#include "train/scale.h"

#include <gtest/gtest.h>

#include <cmath>

namespace artspeak::train {
namespace {

using Kind = Scale::Kind;
using Values = std::vector<double>;

void ExpectNear(const Values& a, const Values& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-9);
}

TEST(Scale, PutsTheEndsAtTheEnds) {
  for (const Kind kind : {Kind::kLinear, Kind::kLogarithmic}) {
    const Scale scale(kind, 2, 32);
    EXPECT_EQ(scale.Position(2), 0);
    EXPECT_EQ(scale.Position(32), 1);
  }
  EXPECT_DOUBLE_EQ(Scale(Kind::kLinear, 2, 32).Position(17), 0.5);
  EXPECT_DOUBLE_EQ(Scale(Kind::kLogarithmic, 2, 32).Position(8), 0.5);
}

TEST(Scale, NamesRoundValues) {
  ExpectNear(Scale(Kind::kLinear, 0, 1500).Ticks(5), {0, 500, 1000, 1500});
  ExpectNear(Scale(Kind::kLinear, 3.31, 6.97).Ticks(5), {4, 5, 6});
  ExpectNear(Scale(Kind::kLinear, 0, 4e-4).Ticks(5),
             {0, 1e-4, 2e-4, 3e-4, 4e-4});
  ExpectNear(Scale(Kind::kLogarithmic, 1.9, 11).Ticks(5), {2, 3, 5, 7, 10});
  ExpectNear(Scale(Kind::kLogarithmic, 0.5, 2e4).Ticks(5),
             {1, 10, 100, 1000, 10000});
}

TEST(Scale, AlwaysNamesSomeAndNeverCrowds) {
  for (double low = 1e-7; low < 1e8; low *= 7.3) {
    for (double ratio = 1.0001; ratio < 1e13; ratio *= 1.7) {
      for (const Kind kind : {Kind::kLinear, Kind::kLogarithmic}) {
        const Values ticks = Scale(kind, low, low * ratio).Ticks(5);
        ASSERT_GE(ticks.size(), 2u) << low << " " << ratio;
        ASSERT_LE(ticks.size(), 6u) << low << " " << ratio;
        // But for what nobody can see.
        const double slack = 1e-8 * low * ratio;
        ASSERT_GE(ticks.front(), low - slack);
        ASSERT_LE(ticks.back(), low * ratio + slack);
      }
    }
  }
}

TEST(Scale, AValueThatNeverChangesLiesInTheMiddle) {
  for (const double value : {0.0, 3.0, -2.0, 1e-4}) {
    const Scale scale(Kind::kLinear, value, value);
    EXPECT_NEAR(scale.Position(value), 0.5, 1e-9);
    EXPECT_GE(scale.Ticks(5).size(), 2u);
  }
}

TEST(Scale, EndsThatDifferByRoundingAreTheSame) {
  for (const double low : {3.0, -3.0, 1e14, 1e-310}) {
    const double high = std::nextafter(low, 1e300);
    for (const Kind kind : {Kind::kLinear, Kind::kLogarithmic}) {
      const Scale scale(kind, low, high);
      EXPECT_NEAR(scale.Position(low), 0.5, 1e-9) << low;
      const Values ticks = scale.Ticks(5);
      EXPECT_GE(ticks.size(), 2u) << low;
      EXPECT_LE(ticks.size(), 6u) << low;
    }
  }
}

TEST(Scale, ZeroHasNoSign) {
  EXPECT_FALSE(std::signbit(Scale(Kind::kLinear, 0, 5).Ticks(5).front()));
}

}  // namespace
}  // namespace artspeak::train
