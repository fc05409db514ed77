#include "bench/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "base/error.h"

namespace artspeak::bench {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<double> Numbers(const std::string& svg, const char* pattern) {
  std::vector<double> numbers;
  const std::regex regex(pattern);
  for (std::sregex_iterator at(svg.begin(), svg.end(), regex), end; at != end;
       ++at) {
    numbers.push_back(std::stod((*at)[1]));
  }
  return numbers;
}

TEST(Chart, DoublingsAreEquallyFarApartAndMoreIsHigher) {
  const std::string svg =
      DrawChart({"", "", "", {{"a", {{1, 10}, {2, 20}, {4, 30}, {8, 30}}}}});
  const auto x = Numbers(svg, "cx=\"([0-9.]+)\"");
  const auto y = Numbers(svg, "cy=\"([0-9.]+)\"");
  ASSERT_EQ(x.size(), 4u);
  EXPECT_NEAR(x[1] - x[0], x[2] - x[1], 0.11);  // printed to a tenth
  EXPECT_NEAR(x[2] - x[1], x[3] - x[2], 0.11);
  EXPECT_GT(x[1], x[0]);
  EXPECT_NEAR(y[0] - y[1], y[1] - y[2], 0.11);
  EXPECT_LT(y[1], y[0]);
  EXPECT_EQ(y[2], y[3]);
}

TEST(Chart, NamesOfLinesThatEndTogetherDoNotMeet) {
  const std::string svg = DrawChart({"",
                                     "",
                                     "",
                                     {{"a", {{1, 5}, {2, 100}}},
                                      {"b", {{1, 5}, {2, 100}}},
                                      {"c", {{1, 5}, {2, 99}}}}});
  auto y = Numbers(svg, "<text class=\"f[0-9]\" x=\"[0-9.]+\" y=\"([0-9.]+)\"");
  ASSERT_EQ(y.size(), 3u);
  std::sort(y.begin(), y.end());
  EXPECT_GE(y[1] - y[0], 14);  // the size of the letters
  EXPECT_GE(y[2] - y[1], 14);
}

TEST(Chart, WordsAreEscaped) {
  const std::string svg = DrawChart({"<b>&", "x<", "y>", {{"a<b", {{1, 1}}}}});
  EXPECT_THAT(svg, HasSubstr("&lt;b&gt;&amp;"));
  EXPECT_THAT(svg, HasSubstr("a&lt;b"));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
}

TEST(Chart, WithoutAPointThereIsNone) {
  EXPECT_THROW(DrawChart({"", "", "", {{"a", {}}}}), base::Error);
}

}  // namespace
}  // namespace artspeak::bench
