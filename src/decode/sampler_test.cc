#include "decode/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "decode/test_distribution.h"

namespace artspeak::decode {
namespace {

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
  const SamplingOptions cases[] = {{1.0f, 0, 0.0f},
                                   {0.7f, 0, 0.9f},
                                   {1.5f, 20, 0.0f},
                                   {1.0f, 50, 0.8f},
                                   {1.0f, 0, 0, 0.02f},
                                   {1.0f, 0, 0, 0, 0.8f},
                                   {1.2f, 60, 0.9f, 0.01f, 0.9f}};
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
        << "top-k " << options.top_k << ", top-p " << options.top_p
        << ", min-p " << options.min_p << ", typical-p " << options.typical_p;
  }
}

TEST(Sampler, TheSameSeedDrawsTheSameTokensOnEveryInstructionSet) {
  const auto logits = RandomLogits(5000, 2.0, 5);
  for (const SamplingOptions& options :
       {SamplingOptions{}, SamplingOptions{1.0f, 100, 0},
        SamplingOptions{1.0f, 0, 0, 0.01f, 0.9f}}) {
    std::vector<std::vector<text::TokenId>> drawn;
    for (const auto set :
         {nn::InstructionSet::kPlain, nn::InstructionSet::kAvx2,
          nn::InstructionSet::kAvx512}) {
      const Passes* passes = PassesOf(set);
      if (passes == nullptr) continue;
      Sampler sampler(*passes);
      base::RandomStream random(8);
      drawn.emplace_back();
      for (int i = 0; i < 200; ++i) {
        drawn.back().push_back(sampler.Sample(logits, options, random));
      }
    }
    for (const auto& tokens : drawn) EXPECT_EQ(tokens, drawn[0]);
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

TEST(Sampler, BiasPenaltyAndBansDecideAtEveryTemperature) {
  const std::vector<float> logits = {1, 2, 3, 4};
  const std::vector<text::TokenId> last = {3};
  for (float temperature : {0.0f, 1e-3f}) {
    Sampler sampler;
    base::RandomStream random(1);
    SamplingOptions options;
    options.temperature = temperature;
    const auto sample = [&](const Past& past) {
      return sampler.Sample(logits, options, random, past);
    };
    EXPECT_EQ(sample({}), 3);
    EXPECT_EQ(sample({.banned = last}), 2);
    EXPECT_EQ(sample({.window = last}), 3);
    options.repetition_penalty = 2;
    EXPECT_EQ(sample({.window = last}), 2);
    // The bias comes before the penalty, which halves 4 + 3.
    options.logit_bias = {{3, 3}};
    EXPECT_EQ(sample({.window = last}), 3);
    options.logit_bias = {{0, 1000}};
    EXPECT_EQ(sample({.window = last}), 0);
    options.logit_bias = {{4, 1}};
    EXPECT_THROW(sample({}), base::Error);
  }
}

TEST(Sampler, NeverDrawsAnImpossibleToken) {
  Sampler sampler;
  base::RandomStream random(1);
  std::vector<float> logits(1000, kNever);
  logits[10] = -1e30f;
  logits[20] = 3;
  for (const SamplingOptions& options :
       {SamplingOptions{10, 0, 0}, SamplingOptions{10, 0, 0.999f},
        SamplingOptions{10, 5, 0}, SamplingOptions{10, 0, 0, 0, 0.999f}}) {
    for (int i = 0; i < 200; ++i) {
      EXPECT_EQ(sampler.Sample(logits, options, random), 20);
    }
  }
}

TEST(Sampler, RefusesToDrawWhenEveryTokenIsBanned) {
  Sampler sampler;
  base::RandomStream random(1);
  const std::vector<text::TokenId> all = {0, 1};
  for (float temperature : {0.0f, 1.0f}) {
    SamplingOptions options;
    options.temperature = temperature;
    EXPECT_THROW(sampler.Sample(std::vector<float>{1, 2}, options, random,
                                {.banned = all}),
                 base::Error);
  }
}

}  // namespace
}  // namespace artspeak::decode
