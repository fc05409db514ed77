#include "decode/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "decode/candidates.h"

namespace artspeak::decode {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

std::vector<float> RandomLogits(size_t size, double deviation,
                                uint64_t stream) {
  base::RandomStream random(7, stream);
  std::vector<float> logits(size);
  for (float& logit : logits) {
    logit = static_cast<float>(-30 + deviation * random.Normal());
  }
  return logits;
}

// The definition, by sorting: probabilities of all tokens after temperature,
// top-k and top-p.
std::vector<double> ReferenceDistribution(const std::vector<float>& logits,
                                          const SamplingOptions& options) {
  std::vector<size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  if (options.top_k > 0 && options.top_k < static_cast<int>(order.size())) {
    order.resize(options.top_k);
  }
  std::vector<double> weights(logits.size());
  double total = 0;
  for (size_t i : order) {
    weights[i] =
        std::exp((double{logits[i]} - logits[order[0]]) / options.temperature);
    total += weights[i];
  }
  if (options.top_p > 0 && options.top_p < 1) {
    double before = 0;
    double kept = 0;
    for (size_t i : order) {
      const double weight = weights[i];
      if (before < options.top_p * total) {
        kept += weight;
      } else {
        weights[i] = 0;
      }
      before += weight;
    }
    total = kept;
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

// The same by the steps under test.
std::vector<double> Distribution(const std::vector<float>& logits,
                                 const SamplingOptions& options) {
  Candidates candidates;
  candidates.Assign(logits);
  if (options.top_k > 0) candidates.KeepTopK(options.top_k);
  candidates.Weigh(options.temperature);
  if (options.top_p > 0 && options.top_p < 1)
    candidates.KeepTopP(options.top_p);
  std::vector<double> result(logits.size());
  double total = 0;
  for (float weight : candidates.weights()) total += weight;
  for (size_t i = 0; i < candidates.tokens().size(); ++i) {
    result[candidates.tokens()[i]] = candidates.weights()[i] / total;
  }
  return result;
}

// Logits near -30 carry 2^-19 of rounding, which the temperature divides.
void ExpectSame(const std::vector<double>& actual,
                const std::vector<double>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(actual[i] > 0, expected[i] > 0) << "token " << i;
    ASSERT_NEAR(actual[i], expected[i], 1e-5 * expected[i]) << "token " << i;
  }
}

TEST(Sampler, AgreesWithSortingOnRandomLogits) {
  uint64_t stream = 0;
  for (size_t size : {1, 2, 17, 1000, 50257}) {
    for (double deviation : {0.01, 2.0}) {
      const auto logits = RandomLogits(size, deviation, stream++);
      for (float temperature : {0.5f, 2.0f}) {
        for (int top_k : {0, 1, 40}) {
          for (float top_p : {0.0f, 0.1f, 0.9f, 0.999f}) {
            const SamplingOptions options{temperature, top_k, top_p};
            SCOPED_TRACE(::testing::Message()
                         << size << " tokens, deviation " << deviation
                         << ", temperature " << temperature << ", top-k "
                         << top_k << ", top-p " << top_p);
            ExpectSame(Distribution(logits, options),
                       ReferenceDistribution(logits, options));
            if (::testing::Test::HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

TEST(Sampler, AgreesWithSortingOnTiesAndImpossibleTokens) {
  base::RandomStream random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> logits(1 + random.Below(40));
    // Few values, so most are equal to others; zeros of both signs.
    for (float& logit : logits) {
      const float values[] = {-0.0f, 0.0f, 1.0f, -1.0f, kNever};
      logit = values[random.Below(5)];
    }
    logits[random.Below(logits.size())] = 1.0f;
    const SamplingOptions options{1.0f, static_cast<int>(random.Below(12)),
                                  static_cast<float>(random.Uniform())};
    SCOPED_TRACE(::testing::Message() << "round " << round);
    const auto actual = Distribution(logits, options);
    const auto expected = ReferenceDistribution(logits, options);
    ExpectSame(actual, expected);
  }
}

TEST(Sampler, TheTokenThatCrossesTopPStays) {
  const std::vector<float> logits(4, 2.5f);
  EXPECT_EQ(Distribution(logits, {1.0f, 0, 0.5f}),
            (std::vector<double>{0.5, 0.5, 0, 0}));
  EXPECT_EQ(Distribution(logits, {1.0f, 0, 0.51f}),
            (std::vector<double>{1. / 3, 1. / 3, 1. / 3, 0}));
  EXPECT_EQ(Distribution(logits, {1.0f, 0, 1e-9f}),
            (std::vector<double>{1, 0, 0, 0}));
}

// Pearson's statistic over the tokens expected at least five times, the others
// as one.
double ChiSquare(const std::vector<int>& counts,
                 const std::vector<double>& expected, int draws, int& freedom) {
  double statistic = 0;
  double rest = 0;
  int rest_count = 0;
  freedom = -1;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double mean = expected[i] * draws;
    if (mean < 5) {
      rest += mean;
      rest_count += counts[i];
      continue;
    }
    statistic += (counts[i] - mean) * (counts[i] - mean) / mean;
    ++freedom;
  }
  if (rest >= 5) {
    statistic += (rest_count - rest) * (rest_count - rest) / rest;
    ++freedom;
  }
  return statistic;
}

TEST(Sampler, DrawsByTheDistribution) {
  const auto logits = RandomLogits(300, 2.0, 99);
  const SamplingOptions cases[] = {
      {1.0f, 0, 0.0f}, {0.7f, 0, 0.9f}, {1.5f, 20, 0.0f}, {1.0f, 50, 0.8f}};
  for (const SamplingOptions& options : cases) {
    constexpr int kDraws = 40000;
    const auto expected = ReferenceDistribution(logits, options);
    std::vector<int> counts(logits.size());
    Sampler sampler;
    base::RandomStream random(2024);
    for (int i = 0; i < kDraws; ++i) {
      ++counts[sampler.Sample(logits, options, random)];
    }
    for (size_t i = 0; i < counts.size(); ++i) {
      if (expected[i] == 0) {
        EXPECT_EQ(counts[i], 0);
      }
    }
    int freedom = 0;
    const double statistic = ChiSquare(counts, expected, kDraws, freedom);
    ASSERT_GT(freedom, 3);
    // The statistic has mean f and variance 2 f; the seed is fixed, so four
    // deviations either way are no matter of luck.
    EXPECT_NEAR(statistic, freedom, 4 * std::sqrt(2.0 * freedom))
        << "top-k " << options.top_k << ", top-p " << options.top_p;
  }
}

TEST(Sampler, TemperatureZeroTakesTheMostLikely) {
  Sampler sampler;
  base::RandomStream random(1);
  const std::vector<float> logits = {-3, 5, kNever, 5, 4};
  EXPECT_EQ(sampler.Sample(logits, {0, 0, 0.9f}, random), 1);
  EXPECT_EQ(random.position(), 0u);
  // What is nearly zero comes to the same.
  for (int i = 0; i < 20; ++i) {
    const auto token = sampler.Sample(logits, {1e-40f, 0, 0}, random);
    EXPECT_TRUE(token == 1 || token == 3) << token;
  }
}

TEST(Sampler, NeverDrawsAnImpossibleToken) {
  Sampler sampler;
  base::RandomStream random(1);
  std::vector<float> logits(1000, kNever);
  logits[10] = -1e30f;
  logits[20] = 3;
  for (float top_p : {0.0f, 0.999f}) {
    for (int i = 0; i < 200; ++i) {
      EXPECT_EQ(sampler.Sample(logits, {10, 0, top_p}, random), 20);
    }
  }
}

TEST(Sampler, RefusesLogitsThatAreNotNumbers) {
  Sampler sampler;
  base::RandomStream random(1);
  for (float bad : {std::numeric_limits<float>::quiet_NaN(),
                    std::numeric_limits<float>::infinity()}) {
    for (size_t place : {0, 5, 39, 40}) {
      std::vector<float> logits(41, 1.0f);
      logits[place] = bad;
      for (float temperature : {0.0f, 1.0f}) {
        EXPECT_THROW(sampler.Sample(logits, {temperature, 0, 0.9f}, random),
                     base::Error);
      }
    }
  }
  EXPECT_THROW(
      sampler.Sample(std::vector<float>(9, kNever), SamplingOptions{}, random),
      base::Error);
}

TEST(SamplingOptions, RefusesWhatMakesNoSense) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NO_THROW((SamplingOptions{0, 0, 1}.Validate()));
  EXPECT_THROW((SamplingOptions{1, 0, 90}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{-1, 0, 0}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{nan, 0, 0}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{INFINITY, 0, 0}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{1, -1, 0}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{1, 0, -0.1f}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{1, 0, nan}.Validate()), base::Error);
}

}  // namespace
}  // namespace artspeak::decode
