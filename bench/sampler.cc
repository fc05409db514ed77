// Times every sampler on 50,257 logits. All are timed in turn, round by round,
// so that a busy moment of the machine meets them alike.
#include "decode/sampler.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench/commands.h"
#include "decode/passes.h"

namespace artspeak::bench {
namespace {

using Logits = std::vector<float>;

constexpr int kVocabulary = 50257;
// As a batch has: together more than the second-level cache holds, so that each
// is read from as far away as a model's logits are.
constexpr int kRows = 16;

Logits NormalLogits(double deviation, uint64_t stream) {
  base::RandomStream random(1, stream);
  Logits logits(kVocabulary);
  for (float& logit : logits) {
    logit = static_cast<float>(deviation * random.Normal());
  }
  return logits;
}

// As a trained model's: likelihoods fall as rank^-1.5, in any order of ids. 90
// % of the whole are some sixty tokens.
Logits PeakedLogits(uint64_t stream) {
  base::RandomStream random(2, stream);
  Logits logits(kVocabulary);
  for (int i = 0; i < kVocabulary; ++i) {
    logits[i] = static_cast<float>(-1.5 * std::log(i + 1.0));
  }
  for (int i = kVocabulary - 1; i > 0; --i) {
    std::swap(logits[i], logits[random.Below(i + 1)]);
  }
  return logits;
}

// Top-p as it is usually written.
text::TokenId SortAndSample(const Logits& logits, float top_p,
                            base::RandomStream& random) {
  std::vector<text::TokenId> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return logits[a] > logits[b]; });
  std::vector<float> weights(logits.size());
  double total = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    weights[i] = std::exp(logits[order[i]] - logits[order[0]]);
    total += weights[i];
  }
  double kept = 0;
  size_t count = 0;
  while (count < order.size() && kept < top_p * total) kept += weights[count++];
  double place = random.Uniform() * kept;
  for (size_t i = 0; i < count; ++i) {
    if (place < weights[i]) return order[i];
    place -= weights[i];
  }
  return order[count - 1];
}

struct Contender {
  std::string name;
  std::function<float(const Logits&)> run;  // gives something to depend on
  std::vector<double> times = {};           // microseconds
};

void PrintRow(const Contender& contender, double bound) {
  std::vector<double> times = contender.times;
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  fmt::print("  {:<22}{:>9.1f}{:>9.1f}{:>9.1f}{:>11.1f} %\n", contender.name,
             median, times.front(), times.back(), 100 * bound / median);
}

void Compare(const std::string& title, const std::vector<Logits>& rows,
             int rounds) {
  decode::Sampler sampler;
  base::RandomStream random(3);
  const auto sampler_of = [&](const decode::SamplingOptions& options) {
    return [&sampler, &random, options](const Logits& logits) {
      return static_cast<float>(sampler.Sample(logits, options, random));
    };
  };
  const decode::Passes& passes = decode::BestPasses();
  constexpr int kWhole = kVocabulary / decode::kBlock * decode::kBlock;
  std::vector<Contender> contenders = {
      {"one pass (the bound)",
       [&](const Logits& logits) {
         return passes.highest(logits.data(), kWhole);
       }},
      {"greedy", sampler_of({.temperature = 0})},
      {"temperature", sampler_of({.temperature = 1, .top_p = 0})},
      {"top-k 40", sampler_of({.temperature = 1, .top_k = 40, .top_p = 0})},
      {"top-p 0.9", sampler_of({.temperature = 1, .top_p = 0.9f})},
      {"min-p 0.05",
       sampler_of({.temperature = 1, .top_p = 0, .min_p = 0.05f})},
      {"typical-p 0.9",
       sampler_of({.temperature = 1, .top_p = 0, .typical_p = 0.9f})},
      {"top-p 0.9 by sorting",
       [&](const Logits& logits) {
         return static_cast<float>(SortAndSample(logits, 0.9f, random));
       }},
  };
  float sink = 0;
  for (int round = -1; round < rounds; ++round) {  // the first warms up
    for (Contender& contender : contenders) {
      // Rows in turn: none is in the nearest caches when it is read.
      const auto start = std::chrono::steady_clock::now();
      for (const Logits& row : rows) sink += contender.run(row);
      const std::chrono::duration<double, std::micro> time =
          std::chrono::steady_clock::now() - start;
      if (round >= 0) contender.times.push_back(time.count() / kRows);
    }
  }
  fmt::print("{}\n  {:<22}{:>9}{:>9}{:>9}{:>13}\n", title, "µs a token",
             "median", "least", "most", "of the bound");
  std::vector<double>& bounds = contenders[0].times;
  std::sort(bounds.begin(), bounds.end());
  for (const Contender& contender : contenders) {
    PrintRow(contender, bounds[bounds.size() / 2]);
  }
  if (std::isnan(sink)) fmt::print("  not a number\n");
}

}  // namespace

void RunSampler(int rounds) {
  std::vector<Logits> peaked, spread, flat;
  for (int row = 0; row < kRows; ++row) {
    peaked.push_back(PeakedLogits(row));
    spread.push_back(NormalLogits(4, row));
    flat.push_back(NormalLogits(1, row));
  }
  Compare("Peaked: likelihood falls as rank^-1.5", peaked, rounds);
  Compare("Random: logits normal, deviation 4", spread, rounds);
  Compare("Flat: logits normal, deviation 1", flat, rounds);
}

}  // namespace artspeak::bench
