#include "web/duration_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace artspeak::web {

namespace {

// A range in whole units, both ends rounded outwards to a multiple of `step`.
std::string InUnits(double low, double high, int step, std::string_view unit) {
  const int from = static_cast<int>(std::floor(low / step)) * step;
  const int to =
      std::max(step, static_cast<int>(std::ceil(high / step)) * step);
  const std::string_view plural = to == 1 ? "" : "s";
  if (from == 0) return fmt::format("less than {} {}{}", to, unit, plural);
  if (from == to) return fmt::format("about {} {}{}", to, unit, plural);
  return fmt::format("{} to {} {}{}", from, to, unit, plural);
}

}  // namespace

std::string DescribeRange(const service::SecondsRange& range) {
  constexpr double kLongest = 1000 * 3600.0;
  // A comparison with a NaN is false: it becomes the bound.
  const double low = range.low > 0 ? std::min(range.low, kLongest) : 0;
  const double high =
      std::max(low, range.high < kLongest ? range.high : kLongest);
  if (high <= 10) return "a few seconds";
  if (high <= 30) return InUnits(low, high, 5, "second");
  if (high <= 90) return InUnits(low, high, 10, "second");
  if (high <= 90 * 60) return InUnits(low / 60, high / 60, 1, "minute");
  return InUnits(low / 3600, high / 3600, 1, "hour");
}

std::string DescribeWait(std::chrono::seconds wait) {
  if (wait < std::chrono::minutes(1)) return "in less than a minute";
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  return fmt::format("in {} minute{}", minutes, minutes == 1 ? "" : "s");
}

}  // namespace artspeak::web
