#include "train/curve.h"

#include <algorithm>

namespace artspeak::train {

namespace {

// The mean of y over `reach` points to each side, or what there is of them.
// Near the beginning, where a loss falls fast, as many to one side as to the
// other; at the end all that came before, since the newest value is read most.
Curve BoxMean(const Curve& curve, size_t reach) {
  std::vector<double> sums = {0};
  sums.reserve(curve.size() + 1);
  for (const Point& point : curve) sums.push_back(sums.back() + point.y);
  Curve mean(curve.size());
  for (size_t i = 0; i < curve.size(); ++i) {
    const size_t begin = i - std::min(reach, i);
    const size_t end = std::min(i + std::min(reach, i) + 1, curve.size());
    mean[i] = {curve[i].x,
               (sums[end] - sums[begin]) / static_cast<double>(end - begin)};
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
