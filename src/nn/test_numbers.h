// What the tests of this room share: random numbers, comparisons, and the
// instruction sets of this machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/random.h"
#include "nn/kernels.h"

namespace artspeak::nn {

// `count` numbers N(0, deviation), the same for the same seed.
inline std::vector<float> Normals(int64_t count, uint64_t seed,
                                  double deviation = 1) {
  base::RandomStream random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) {
    value = static_cast<float>(deviation * random.Normal());
  }
  return values;
}

// The largest |a - b|.
inline double LargestDifference(std::span<const float> a,
                                std::span<const float> b) {
  double largest = a.size() == b.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    // Written so that a NaN is a difference.
    const double difference = std::fabs(double{a[i]} - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

// |a - b| / |b| in the Euclidean norm.
inline double RelativeDistance(std::span<const float> a,
                               std::span<const float> b) {
  double distance = 0, norm = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    distance += std::pow(double{a[i]} - b[i], 2);
    norm += std::pow(double{b[i]}, 2);
  }
  return std::sqrt(distance / norm);
}

// The derivative of f at x[i], by central difference.
inline double Slope(std::vector<float>& x, size_t i, double step,
                    const std::function<double()>& f) {
  const float middle = x[i];
  const auto above = static_cast<float>(middle + step);
  const auto below = static_cast<float>(middle - step);
  x[i] = above;
  const double high = f();
  x[i] = below;
  const double low = f();
  x[i] = middle;
  return (high - low) / (double{above} - below);
}

// The kernels of every instruction set that this machine has.
inline std::vector<const Kernels*> AllKernels() {
  std::vector<const Kernels*> all;
  for (const InstructionSet set :
       {InstructionSet::kPlain, InstructionSet::kAvx2,
        InstructionSet::kAvx512}) {
    if (const Kernels* kernels = KernelsOf(set)) all.push_back(kernels);
  }
  return all;
}

}  // namespace artspeak::nn
