// Where a value lies on an axis, and which values are named there.
#pragma once

#include <vector>

namespace artspeak::train {

// Immutable.
class Scale {
 public:
  enum class Kind { kLinear, kLogarithmic };

  // Spans [low, high]; where they are the same but for rounding, a linear scale
  // around them. A logarithmic one needs 0 < low and high / low < 1e15.
  Scale(Kind kind, double low, double high);

  // 0 at low, 1 at high.
  double Position(double value) const;

  // Round values within the span, `wanted` or somewhat fewer, at least 2 where
  // a round step gives them, in order.
  std::vector<double> Ticks(int wanted) const;

 private:
  std::vector<double> LinearTicks(int wanted) const;
  std::vector<double> LogarithmicTicks(int wanted) const;

  Kind kind_;
  double low_;
  double high_;
};

}  // namespace artspeak::train
