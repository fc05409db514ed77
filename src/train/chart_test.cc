#include "train/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace artspeak::train {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Chart, NamesWhatItShows) {
  const std::string figure =
      RenderChart({.title = "Loss",
                   .unit = "nats per token",
                   .from_zero = false,
                   .curves = {{"training", {{1, 4}, {100, 3.25}}},
                              {"validation", {{50, 3.5}, {100, 3.4}}, 1}},
                   .marks = {{{100, 3.4}, "best 3.400", 1}}});
  EXPECT_THAT(figure, HasSubstr("<b>Loss</b>"));
  EXPECT_THAT(figure, HasSubstr("nats per token"));
  EXPECT_THAT(figure, HasSubstr("training 3.250 at step 100"));
  EXPECT_THAT(figure, HasSubstr("step 100\ntraining 3.250\nvalidation 3.400"));
  EXPECT_THAT(figure, HasSubstr("best 3.400"));
  EXPECT_THAT(figure, HasSubstr(">3.6</span>"));  // on the y axis
  EXPECT_THAT(figure, HasSubstr(">100</span>"));  // on the x axis
  EXPECT_THAT(figure, HasSubstr("<path class=\"c1\" d=\"M"));
}

TEST(Chart, PutsPointsWhereTheyBelong) {
  const std::string figure = RenderChart(
      {.title = "x", .curves = {{"", {{0, 0}, {50, 50}, {100, 0}}}}});
  // Of 4000 by 2000, with a little room above.
  EXPECT_THAT(figure, HasSubstr("d=\"M0 2000L2000 113L4000 2000\""));
}

TEST(Chart, FarApartValuesLieOnALogarithmicScale) {
  Chart chart = {.from_zero = false,
                 .curves = {{"", {{0, 1}, {50, 10}, {100, 100}}}}};
  EXPECT_THAT(RenderChart(chart), HasSubstr("L2000 1000L"));
  chart.curves[0].points[0].y = 80;
  EXPECT_THAT(RenderChart(chart), Not(HasSubstr("L2000 1000L")));
  // There is no logarithm of nothing.
  chart.curves[0].points[0].y = 0;
  EXPECT_THAT(RenderChart(chart), Not(HasSubstr("nan")));
}

TEST(Chart, ValuesTooFarApartLieOnALinearScale) {
  const std::string figure = RenderChart(
      {.from_zero = false, .curves = {{"", {{0, 1e-310}, {100, 1e14}}}}});
  EXPECT_THAT(figure, Not(HasSubstr("nan")));
  EXPECT_THAT(figure, Not(HasSubstr("inf")));
  EXPECT_THAT(figure, HasSubstr("L4000 107\""));
}

TEST(Chart, ALongCurveIsThinned) {
  Curve curve;
  for (int i = 0; i < 200'000; ++i) {
    curve.push_back({static_cast<double>(i), i * 31 % 97 + 0.0});
  }
  const std::string figure = RenderChart({.curves = {{"loss", curve}}});
  EXPECT_LE(Count(figure, "L"), 600u);
  EXPECT_LE(Count(figure, "<rect"), 101u);
  EXPECT_LT(figure.size(), 30'000u);
  // What is newest can be read exactly.
  EXPECT_THAT(figure, HasSubstr("step 199,999"));
}

TEST(Chart, EscapesEveryName) {
  const std::string figure =
      RenderChart({.title = "<i>t</i>",
                   .unit = "<i>u</i>",
                   .curves = {{"<i>a</i>\"", {{0, 1}}}, {"<i>b</i>", {{0, 2}}}},
                   .marks = {{{0, 1}, "<i>m</i>"}}});
  EXPECT_THAT(figure, Not(HasSubstr("<i>t")));
  EXPECT_THAT(figure, Not(HasSubstr("<i>u")));
  EXPECT_THAT(figure, Not(HasSubstr("<i>a")));
  EXPECT_THAT(figure, Not(HasSubstr("<i>b")));
  EXPECT_THAT(figure, Not(HasSubstr("<i>m")));
  EXPECT_THAT(figure, Not(HasSubstr("\"\"")));
}

TEST(Chart, WithoutPointsIsNothing) {
  EXPECT_EQ(RenderChart({.title = "Loss", .curves = {{"training", {}}}}), "");
}

TEST(FormatQuantity, WritesEachKindAsPeopleDo) {
  EXPECT_EQ(FormatQuantity(Quantity::kLoss, 3.21449), "3.214");
  EXPECT_EQ(FormatQuantity(Quantity::kRate, 1e-4), "0.0001");
  EXPECT_EQ(FormatQuantity(Quantity::kCount, 1234567), "1,234,567");
  EXPECT_EQ(FormatQuantity(Quantity::kCount, -123), "-123");
  EXPECT_EQ(FormatQuantity(Quantity::kShare, 0.125), "12.5 %");
}

}  // namespace
}  // namespace artspeak::train
