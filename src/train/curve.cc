#include "train/curve.h"

#include <algorithm>

namespace artspeak::train {

namespace {

// The mean of y over `reach` points to each side, fewer near the ends: as many
// to one side as to the other, so that a straight line stays one.
Curve BoxMean(const Curve& curve, size_t reach) {
  std::vector<double> sums = {0};
  sums.reserve(curve.size() + 1);
  for (const Point& point : curve) sums.push_back(sums.back() + point.y);
  Curve mean(curve.size());
  for (size_t i = 0; i < curve.size(); ++i) {
    const size_t side = std::min({reach, i, curve.size() - 1 - i});
    const double sum = sums[i + side + 1] - sums[i - side];
    mean[i] = {curve[i].x, sum / static_cast<double>(2 * side + 1)};
  }
  return mean;
}

}  // namespace

Curve Thinned(const Curve& curve, size_t points) {
  if (curve.size() <= points) return curve;
  // The ends are apart, and each bucket gives two.
  const size_t buckets = (points - 2) / 2;
  const size_t inner = curve.size() - 2;
  Curve thinned = {curve.front()};
  for (size_t i = 0; i < buckets; ++i) {
    const auto begin = curve.begin() + 1 + inner * i / buckets;
    const auto end = curve.begin() + 1 + inner * (i + 1) / buckets;
    const auto [low, high] = std::minmax_element(
        begin, end, [](const Point& a, const Point& b) { return a.y < b.y; });
    thinned.push_back(*std::min(low, high));
    if (low != high) thinned.push_back(*std::max(low, high));
  }
  thinned.push_back(curve.back());
  return thinned;
}

Curve Smoothed(const Curve& curve) {
  // A box twice is a triangle.
  const size_t reach = curve.size() / 100;
  return BoxMean(BoxMean(curve, reach), reach);
}

}  // namespace artspeak::train
