// A measured quantity over the steps of a run, and how it is made fit to draw.
#pragma once

#include <cstddef>
#include <vector>

namespace artspeak::train {

struct Point {
  double x = 0;
  double y = 0;

  bool operator==(const Point&) const = default;
};

// In order of x.
using Curve = std::vector<Point>;

// At most `points` (2 or more) of them, beginning and ending with the same: of
// each stretch of the curve the lowest and the highest, so that no spike is
// lost. A curve of no more points is returned as it is.
Curve Thinned(const Curve& curve, size_t points);

// Every point's y becomes a mean of its neighbourhood, a fiftieth of the
// curve's points to each side, weighted by a triangle: centred, so that it does
// not lag behind. Near the ends there are fewer.
Curve Smoothed(const Curve& curve);

}  // namespace artspeak::train
