// For tests: logits, and what a sampler should make of them, by sorting and in
// double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "decode/sampling_options.h"

namespace artspeak::decode {

constexpr float kNever = -std::numeric_limits<float>::infinity();

inline std::vector<float> RandomLogits(size_t size, double deviation,
                                       uint64_t stream) {
  base::RandomStream random(7, stream);
  std::vector<float> logits(size);
  for (float& logit : logits) {
    logit = static_cast<float>(-30 + deviation * random.Normal());
  }
  return logits;
}

// Of `order`, drops what comes after the weights sum to `share` of theirs.
inline void KeepShare(std::vector<size_t>& order,
                      const std::vector<double>& weights, double share) {
  double total = 0;
  for (size_t i : order) total += weights[i];
  double before = 0;
  size_t kept = 0;
  while (kept < order.size() && before < share * total) {
    before += weights[order[kept++]];
  }
  order.resize(kept);
}

// The probabilities of all tokens after temperature, top-k, top-p, min-p and
// typical-p, each by its definition. What weighs below 2^-126 is 0.
inline std::vector<double> ReferenceDistribution(
    const std::vector<float>& logits, const SamplingOptions& options) {
  std::vector<size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  std::vector<double> weights(logits.size());
  for (size_t i : order) {
    const double score =
        (double{logits[i]} - logits[order[0]]) / options.temperature;
    weights[i] = score < std::log(0x1p-126) ? 0 : std::exp(score);
  }
  std::erase_if(order, [&](size_t i) { return weights[i] == 0; });

  if (options.top_k > 0 && options.top_k < static_cast<int>(order.size())) {
    order.resize(options.top_k);
  }
  if (options.top_p > 0 && options.top_p < 1) {
    KeepShare(order, weights, options.top_p);
  }
  const double least = options.min_p * weights[order[0]];
  std::erase_if(order, [&](size_t i) { return weights[i] < least; });
  if (options.typical_p > 0 && options.typical_p < 1) {
    double total = 0;
    for (size_t i : order) total += weights[i];
    double entropy = 0;
    for (size_t i : order) {
      entropy -= weights[i] / total * std::log(weights[i] / total);
    }
    const auto away = [&](size_t i) {
      return std::abs(-std::log(weights[i] / total) - entropy);
    };
    std::sort(order.begin(), order.end());
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return away(a) < away(b); });
    KeepShare(order, weights, options.typical_p);
  }

  std::vector<double> result(logits.size());
  double total = 0;
  for (size_t i : order) total += weights[i];
  for (size_t i : order) result[i] = weights[i] / total;
  return result;
}

}  // namespace artspeak::decode
