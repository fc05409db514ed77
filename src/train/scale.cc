#include "train/scale.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace artspeak::train {

namespace {

// A span below these is none: steps within it would be lost in rounding.
constexpr double kLeastShare = 1e-12;  // of the greater end
constexpr double kLeastSpan = 1e-300;

}  // namespace

Scale::Scale(Kind kind, double low, double high)
    : kind_(kind), low_(low), high_(high) {
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low > std::max(kLeastShare * size, kLeastSpan)) return;
  kind_ = Kind::kLinear;
  const double room = size <= kLeastSpan ? 1 : size * 0.1;
  low_ -= room;
  high_ = low_ + 2 * room;
}

double Scale::Position(double value) const {
  if (kind_ == Kind::kLinear) return (value - low_) / (high_ - low_);
  return std::log(value / low_) / std::log(high_ / low_);
}

std::vector<double> Scale::Ticks(int wanted) const {
  return kind_ == Kind::kLinear ? LinearTicks(wanted)
                                : LogarithmicTicks(wanted);
}

std::vector<double> Scale::LinearTicks(int wanted) const {
  const double rough = (high_ - low_) / wanted;
  const double decade = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * decade;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= rough * (1 - 1e-9)) {
      step = factor * decade;
      break;
    }
  }
  // Counted, not added up: no error grows, and 0 is 0.
  std::vector<double> ticks;
  const double slack = 1e-9 * wanted;  // of a step: rounding loses no end
  const double first = std::ceil(low_ / step - slack);
  const double last = std::floor(high_ / step + slack);
  const int count = static_cast<int>(last - first) + 1;
  for (int i = 0; i < count; ++i) {
    ticks.push_back((first + i) * step + 0.0);  // -0 becomes 0
  }
  return ticks;
}

std::vector<double> Scale::LogarithmicTicks(int wanted) const {
  using Factors = std::initializer_list<double>;
  // From fine to coarse: the first that does not crowd.
  for (const Factors factors :
       {Factors{1, 1.5, 2, 3, 4, 5, 6, 8}, Factors{1, 1.5, 2, 3, 5, 7},
        Factors{1, 2, 5}, Factors{1, 3}, Factors{1}}) {
    std::vector<double> ticks;
    for (int power = static_cast<int>(std::floor(std::log10(low_)));
         std::pow(10, power) <= high_; ++power) {
      for (const double factor : factors) {
        const double tick = factor * std::pow(10, power);
        if (tick >= low_ && tick <= high_) ticks.push_back(tick);
      }
    }
    if (static_cast<int>(ticks.size()) > wanted) continue;
    // Too short a span for such steps.
    if (ticks.size() < 2) break;
    return ticks;
  }
  std::vector<double> ticks;
  if (high_ / low_ < 10) return LinearTicks(wanted);
  const int lowest = static_cast<int>(std::ceil(std::log10(low_)));
  const int highest = static_cast<int>(std::floor(std::log10(high_)));
  const int stride = (highest - lowest) / wanted + 1;
  for (int power = lowest; power <= highest; power += stride) {
    ticks.push_back(std::pow(10, power));
  }
  return ticks;
}

}  // namespace artspeak::train
