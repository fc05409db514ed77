#include "decode/candidates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "base/error.h"
#include "decode/test_distribution.h"

namespace artspeak::decode {
namespace {

// The probabilities by the steps under test.
std::vector<double> Distribution(const std::vector<float>& logits,
                                 const SamplingOptions& options) {
  Candidates candidates;
  candidates.Assign(logits);
  candidates.Weigh(options.temperature);
  if (options.top_k > 0) candidates.KeepTopK(options.top_k);
  if (options.top_p > 0 && options.top_p < 1) {
    candidates.KeepTopP(options.top_p);
  }
  if (options.min_p > 0) candidates.KeepMinP(options.min_p);
  if (options.typical_p < 1) candidates.KeepTypicalP(options.typical_p);
  double total = 0;
  for (float weight : candidates.weights()) total += weight;
  std::vector<double> result;
  for (float weight : candidates.weights()) result.push_back(weight / total);
  return result;
}

// A score down to -88 is rounded three times to 24 bits, its exp within 2 of
// the last: 3 * 88 * 2^-24 + 2 * 2^-23 = 1.6e-5 at worst.
void ExpectAgrees(const std::vector<float>& logits,
                  const SamplingOptions& options) {
  SCOPED_TRACE(::testing::Message()
               << logits.size() << " tokens, temperature "
               << options.temperature << ", top-k " << options.top_k
               << ", top-p " << options.top_p << ", min-p " << options.min_p
               << ", typical-p " << options.typical_p);
  const auto actual = Distribution(logits, options);
  const auto expected = ReferenceDistribution(logits, options);
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(actual[i] > 0, expected[i] > 0)
        << "token " << i << " of logit " << logits[i];
    ASSERT_NEAR(actual[i], expected[i], 2e-5 * expected[i]) << "token " << i;
  }
}

TEST(Candidates, AgreeWithSortingOnRandomLogits) {
  uint64_t stream = 0;
  for (size_t size : {1, 2, 17, 64, 65, 1000, 50257}) {
    for (double deviation : {0.01, 1.0, 4.0}) {
      const auto logits = RandomLogits(size, deviation, stream++);
      for (float temperature : {0.5f, 1.0f, 2.0f}) {
        for (const SamplingOptions& options : {
                 SamplingOptions{temperature, 0, 0},
                 SamplingOptions{temperature, 1, 0},
                 SamplingOptions{temperature, 40, 0},
                 SamplingOptions{temperature, 0, 0.1f},
                 SamplingOptions{temperature, 0, 0.9f},
                 SamplingOptions{temperature, 0, 0.999f},
                 SamplingOptions{temperature, 40, 0.9f},
                 SamplingOptions{temperature, 0, 0, 0.05f},
                 SamplingOptions{temperature, 0, 0, 0, 0.2f},
                 SamplingOptions{temperature, 0, 0, 0, 0.95f},
                 SamplingOptions{temperature, 0, 0, 0, 0.999f},
                 SamplingOptions{temperature, 300, 0.95f, 0.01f, 0.9f},
             }) {
          ExpectAgrees(logits, options);
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(Candidates, AgreeWithSortingAtExtremeTemperatures) {
  const auto logits = RandomLogits(3000, 3.0, 50);
  for (float temperature : {1e-6f, 1e-3f, 0.05f, 30.0f, 1000.0f}) {
    for (const SamplingOptions& options :
         {SamplingOptions{temperature, 100, 0},
          SamplingOptions{temperature, 0, 0.9f},
          SamplingOptions{temperature, 0, 0, 0.1f},
          SamplingOptions{temperature, 0, 0, 0, 0.9f}}) {
      ExpectAgrees(logits, options);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Candidates, WhatWeighsTheSameStaysByItsId) {
  // At this temperature all weights are 1, whatever the logits.
  const auto logits = RandomLogits(3000, 3.0, 51);
  Candidates candidates;
  for (const bool by_count : {true, false}) {
    candidates.Assign(logits);
    candidates.Weigh(3e38f);
    if (by_count) {
      candidates.KeepTopK(900);
    } else {
      candidates.KeepTopP(0.3f);
    }
    for (int i = 0; i < 3000; ++i) {
      // 0.3f is a little more than 0.3.
      const int kept = by_count ? 900 : 901;
      ASSERT_EQ(candidates.weights()[i], i < kept ? 1 : 0) << i;
    }
  }
}

TEST(Candidates, AgreeWithSortingOnTiesAndImpossibleTokens) {
  base::RandomStream random(3);
  for (int round = 0; round < 500; ++round) {
    std::vector<float> logits(1 + random.Below(200));
    // Few values, so most are equal to others; zeros of both signs.
    for (float& logit : logits) {
      const float values[] = {-0.0f, 0.0f, 1.0f, -1.0f, kNever};
      logit = values[random.Below(5)];
    }
    logits[random.Below(logits.size())] = 1.0f;
    SamplingOptions options;
    options.temperature = 1;
    options.top_k = static_cast<int>(random.Below(40));
    options.top_p = static_cast<float>(random.Uniform());
    options.min_p = static_cast<float>(random.Uniform() / 5);
    options.typical_p = static_cast<float>(random.Uniform());
    ExpectAgrees(logits, options);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Candidates, AgreeWithSortingWhenAllAreEqual) {
  const std::vector<float> logits(5000, -7.0f);
  ExpectAgrees(logits, {1.0f, 1234, 0});
  ExpectAgrees(logits, {1.0f, 0, 0.3f});
  ExpectAgrees(logits, {1.0f, 0, 0, 1.0f});
  ExpectAgrees(logits, {1.0f, 0, 0, 0, 0.3f});
}

TEST(Candidates, TheTokenThatCrossesTopPStays) {
  const std::vector<float> logits(4, 2.5f);
  EXPECT_EQ(Distribution(logits, {1.0f, 0, 0.5f}),
            (std::vector<double>{0.5, 0.5, 0, 0}));
  EXPECT_EQ(Distribution(logits, {1.0f, 0, 0.51f}),
            (std::vector<double>{1. / 3, 1. / 3, 1. / 3, 0}));
  EXPECT_EQ(Distribution(logits, {1.0f, 0, 1e-9f}),
            (std::vector<double>{1, 0, 0, 0}));
}

TEST(Candidates, TheMostLikelyTokenMayBeTheLeastTypical) {
  // Probabilities 0.7 and thirty of 0.01: the entropy, 1.63, is nearer to
  // -log 0.7 = 0.36 than to 4.61. With 0.3 and seventy of 0.01 it is 3.58.
  const auto logits = [](double first, int others) {
    std::vector<float> result{static_cast<float>(std::log(first))};
    result.resize(1 + others, static_cast<float>(std::log(0.01)));
    return result;
  };
  const SamplingOptions typical{1.0f, 0, 0, 0, 0.1f};
  EXPECT_EQ(Distribution(logits(0.7, 30), typical)[0], 1);
  EXPECT_EQ(Distribution(logits(0.3, 70), typical)[0], 0);
}

TEST(Candidates, AreTheSameBitsOnEveryInstructionSet) {
  base::RandomStream random(12);
  for (int round = 0; round < 60; ++round) {
    const auto logits = RandomLogits(1 + random.Below(3000), 3.0, 100 + round);
    std::vector<std::vector<float>> weights;
    for (const auto set :
         {nn::InstructionSet::kPlain, nn::InstructionSet::kAvx2,
          nn::InstructionSet::kAvx512}) {
      const Passes* passes = PassesOf(set);
      if (passes == nullptr) continue;
      Candidates candidates(*passes);
      candidates.Assign(logits);
      candidates.Weigh(0.7f);
      const auto keep = [&] {
        weights.emplace_back(candidates.weights().begin(),
                             candidates.weights().end());
      };
      keep();
      candidates.KeepTopK(500);
      candidates.KeepTopP(0.95f);
      candidates.KeepMinP(0.001f);
      candidates.KeepTypicalP(0.9f);
      keep();
    }
    for (size_t i = 2; i < weights.size(); ++i) {
      EXPECT_EQ(weights[i], weights[i % 2]) << "round " << round;
    }
  }
}

TEST(Candidates, NothingOfTheRowBeforeIsLeft) {
  Candidates candidates;
  candidates.Assign(RandomLogits(1000, 1.0, 1));
  candidates.Weigh(1);
  candidates.Assign(std::vector<float>{1, 2, 3});
  EXPECT_EQ(candidates.Best(), 2);
  candidates.Weigh(1);
  candidates.KeepTopK(1);
  EXPECT_EQ(candidates.weights().size(), 3u);
  EXPECT_EQ(candidates.weights()[2], 1);
  base::RandomStream random(1);
  EXPECT_EQ(candidates.Draw(random), 2);
}

TEST(Candidates, RefuseLogitsThatAreNotNumbers) {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(),
                    std::numeric_limits<float>::infinity()}) {
    for (size_t place : {0, 5, 63, 64, 70}) {
      std::vector<float> logits(71, 1.0f);
      logits[place] = bad;
      Candidates candidates;
      EXPECT_THROW(candidates.Assign(logits), base::Error) << place;
    }
  }
}

TEST(Candidates, RefuseToGoOnWithoutAnyToken) {
  for (const std::vector<float>& logits :
       {std::vector<float>{}, std::vector<float>(70, kNever)}) {
    Candidates candidates;
    candidates.Assign(logits);
    EXPECT_THROW(candidates.Best(), base::Error);
    EXPECT_THROW(candidates.Weigh(1), base::Error);
  }
}

}  // namespace
}  // namespace artspeak::decode
