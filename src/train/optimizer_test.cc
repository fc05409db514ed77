#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace artspeak::train {
namespace {

std::vector<float> Numbers(int64_t count, uint64_t stream) {
  base::RandomStream random(1, stream);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.Normal());
  return values;
}

// The papers' formulas in double precision, one weight at a time.
struct Reference {
  OptimizerOptions options;
  double weight, m = 0, v = 0;
  int t = 0;

  void Step(double gradient, double rate, bool decays) {
    const double decay = decays ? options.weight_decay : 0;
    ++t;
    if (options.kind == OptimizerKind::kSgd) {
      weight -= rate * (gradient + decay * weight);
      return;
    }
    if (options.kind == OptimizerKind::kAdam) gradient += decay * weight;
    m = options.beta1 * m + (1 - options.beta1) * gradient;
    v = options.beta2 * v + (1 - options.beta2) * gradient * gradient;
    const double m_hat = m / (1 - std::pow(options.beta1, t));
    const double v_hat = v / (1 - std::pow(options.beta2, t));
    const double before = weight;
    weight -= rate * m_hat / (std::sqrt(v_hat) + options.epsilon);
    if (options.kind == OptimizerKind::kAdamW) weight -= rate * decay * before;
  }
};

class EveryOptimizer : public ::testing::TestWithParam<OptimizerKind> {};

TEST_P(EveryOptimizer, FollowsItsFormula) {
  const OptimizerOptions options{
      .kind = GetParam(), .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.1};
  base::ThreadPool pool(2);
  constexpr int64_t kDecaying = 40000, kPlain = 100;  // more than one piece
  const std::vector<Stretch> stretches = {{0, kDecaying, true},
                                          {kDecaying, kPlain, false}};
  Optimizer optimizer(options, stretches, pool);
  std::vector<float> weights = Numbers(kDecaying + kPlain, 0);
  std::vector<Reference> reference;
  for (const float weight : weights) reference.push_back({options, weight});
  Moments moments;
  for (int step = 1; step <= 5; ++step) {
    std::vector<float> gradients = Numbers(kDecaying + kPlain, step);
    const double rate = 0.01 * step;
    for (int64_t i = 0; i < kDecaying + kPlain; ++i) {
      reference[i].Step(gradients[i], rate, i < kDecaying);
    }
    optimizer.Step(weights, gradients, moments, rate);
    for (const float gradient : gradients) ASSERT_EQ(gradient, 0);
  }
  for (int64_t i = 0; i < kDecaying + kPlain; ++i) {
    // Five updates of a weight of order 1, each rounded a few times to 2^-24
    // of itself; 1e-5 leaves a factor of ten.
    ASSERT_NEAR(weights[i], reference[i].weight, 1e-5) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(, EveryOptimizer,
                         ::testing::Values(OptimizerKind::kAdamW,
                                           OptimizerKind::kAdam,
                                           OptimizerKind::kSgd));

TEST(Optimizer, LeavesWhatIsNotTrainedAlone) {
  base::ThreadPool pool(1);
  const std::vector<Stretch> stretches = {{2, 3, true}};
  Optimizer optimizer({.weight_decay = 0.5, .clip_norm = 1}, stretches, pool);
  std::vector<float> weights(8, 1);
  std::vector<float> gradients(8, 1e6);
  Moments moments;
  optimizer.Step(weights, gradients, moments, 0.1);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(weights[i] != 1, i >= 2 && i < 5) << i;
  }
}

TEST(Optimizer, ClipsTheLengthOfTheWholeGradient) {
  base::ThreadPool pool(2);
  constexpr int64_t kCount = 100000;
  const std::vector<Stretch> stretches = {{0, kCount / 2, true},
                                          {kCount / 2, kCount / 2, false}};
  std::vector<float> gradients = Numbers(kCount, 7);
  double norm = 0;
  for (const float gradient : gradients) norm += double{gradient} * gradient;
  norm = std::sqrt(norm);

  for (const double limit : {norm / 4, norm * 4}) {
    Optimizer optimizer({.kind = OptimizerKind::kSgd, .clip_norm = limit},
                        stretches, pool);
    std::vector<float> weights(kCount, 0);
    std::vector<float> consumed = gradients;
    Moments moments;
    optimizer.Step(weights, consumed, moments, 1);
    const double scale = std::min(1.0, limit / norm);
    for (int64_t i = 0; i < kCount; ++i) {
      ASSERT_NEAR(weights[i], -scale * gradients[i], 1e-6) << i;
    }
  }
}

TEST(Optimizer, GivesTheSameBitsForAnyNumberOfThreads) {
  constexpr int64_t kCount = 200000;
  const std::vector<Stretch> stretches = {{0, kCount, true}};
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 5}) {
    base::ThreadPool pool(threads);
    Optimizer optimizer({.weight_decay = 0.1, .clip_norm = 1}, stretches, pool);
    std::vector<float> weights = Numbers(kCount, 0);
    Moments moments;
    for (int step = 1; step <= 3; ++step) {
      std::vector<float> gradients = Numbers(kCount, step);
      optimizer.Step(weights, gradients, moments, 0.01);
    }
    results.push_back(weights);
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

// Descends to `goal` along noisy gradients of different sizes; returns the
// distances that are left.
std::vector<double> DistancesAfterDescent(MomentOptions moment_options) {
  constexpr int64_t kCount = 1000;
  base::ThreadPool pool(2);
  const std::vector<Stretch> stretches = {{0, kCount, false}};
  Optimizer optimizer({}, stretches, pool, moment_options);
  const std::vector<float> goal = Numbers(kCount, 100);
  std::vector<float> weights(kCount, 0);
  Moments moments;
  for (int step = 1; step <= 1000; ++step) {
    std::vector<float> gradients = Numbers(kCount, step);
    for (int64_t i = 0; i < kCount; ++i) {
      const float size = std::pow(10.0f, -static_cast<float>(i % 6));
      gradients[i] = size * (weights[i] - goal[i] + 0.5f * gradients[i]);
    }
    optimizer.Step(weights, gradients, moments, 0.02 * (1 - step / 1000.0));
  }
  std::vector<double> distances(6);
  for (int64_t i = 0; i < kCount; ++i) {
    distances[i % 6] += std::fabs(weights[i] - goal[i]) / (kCount / 6.0);
  }
  return distances;
}

TEST(Optimizer, EightBitsLeadWhereThirtyTwoDo) {
  const auto wide = DistancesAfterDescent({});
  for (const uint64_t seed : {1, 2, 3}) {
    const auto narrow = DistancesAfterDescent({MomentForm::kInt8, seed});
    for (size_t k = 0; k < wide.size(); ++k) {
      // Gradients a hundred thousand times smaller than their block's largest,
      // too.
      EXPECT_LT(narrow[k], 1.3 * wide[k]) << k;
    }
  }
}

TEST(Optimizer, AStepInRangesIsTheStep) {
  constexpr int64_t kCount = 100000;
  const std::vector<Stretch> stretches = {{0, 40000, true},
                                          {40000, 500, false},
                                          {40500, 300, true, false},
                                          {40800, kCount - 40800, true}};
  for (const OptimizerKind kind :
       {OptimizerKind::kAdamW, OptimizerKind::kAdam, OptimizerKind::kSgd}) {
    for (const MomentForm form : {MomentForm::kFp32, MomentForm::kInt8}) {
      std::vector<std::vector<float>> results;
      for (const int threads : {1, 2, 5}) {
        base::ThreadPool pool(threads);
        Optimizer optimizer(
            {.kind = kind, .weight_decay = 0.1, .clip_norm = 100}, stretches,
            pool, {form, 3});
        std::vector<float> weights = Numbers(kCount, 0);
        Moments moments;
        for (int step = 1; step <= 3; ++step) {
          std::vector<float> gradients = Numbers(kCount, step);
          const std::span<float> all = gradients;
          if (threads == 1) {
            optimizer.Step(weights, all, moments, 0.01);
          } else {
            const double scale =
                optimizer.ClipScale(optimizer.SquareSum(0, all));
            optimizer.Begin(kCount, moments, 0.01);
            optimizer.Update(weights, 40500, all.subspan(40500), moments,
                             scale);
            optimizer.Update(weights, 0, all.first(40500), moments, scale);
          }
          for (const float gradient : gradients) ASSERT_EQ(gradient, 0);
        }
        results.push_back(weights);
      }
      EXPECT_EQ(results[0], results[1]);
      EXPECT_EQ(results[0], results[2]);
      EXPECT_EQ(results[0][40600], Numbers(kCount, 0)[40600]);
    }
  }
}

TEST(Optimizer, RoundsAnewInEveryStepAndForEverySeed) {
  constexpr int64_t kCount = 5000;
  base::ThreadPool pool(1);
  const std::vector<Stretch> stretches = {{0, kCount, true}};
  // Codes after a first update and one that is number `second`.
  const auto codes = [&](uint64_t seed, int64_t second) {
    Optimizer optimizer({}, stretches, pool, {MomentForm::kInt8, seed});
    std::vector<float> weights(kCount, 0);
    Moments moments;
    for (int step = 0; step < 2; ++step) {
      std::vector<float> gradients = Numbers(kCount, 1);
      optimizer.Step(weights, gradients, moments, 0.01);
      moments.updates = second - 1;
    }
    return moments.quantized.first;
  };
  EXPECT_EQ(codes(0, 2), codes(0, 2));
  EXPECT_NE(codes(0, 2), codes(1, 2));
  EXPECT_NE(codes(0, 2), codes(0, 3));
}

TEST(Optimizer, ConvertsMomentsToItsForm) {
  constexpr int64_t kCount = 1000;
  base::ThreadPool pool(2);
  const std::vector<Stretch> stretches = {{0, 300, true},
                                          {300, kCount - 300, true}};
  Optimizer wide({}, stretches, pool);
  Optimizer narrow({}, stretches, pool, {MomentForm::kInt8, 0});
  std::vector<float> weights(kCount, 0), gradients = Numbers(kCount, 1);
  Moments moments;
  wide.Step(weights, gradients, moments, 0.01);
  const Moments before = moments;
  narrow.Convert(moments);
  EXPECT_EQ(moments.form(), MomentForm::kInt8);
  EXPECT_EQ(moments.size(), size_t{kCount});
  EXPECT_EQ(moments.updates, 1);
  EXPECT_EQ(moments.quantized.first_scales.size(), 2u + 3u);
  wide.Convert(moments);
  EXPECT_EQ(moments.form(), MomentForm::kFp32);
  for (int64_t i = 0; i < kCount; ++i) {
    // A step of the code, where it is finest and where it is coarsest.
    ASSERT_NEAR(moments.first[i], before.first[i],
                0.13 * std::fabs(before.first[i]) + 1e-5);
    ASSERT_NEAR(moments.second[i], before.second[i],
                0.13 * before.second[i] + 1e-10);
  }
}

}  // namespace
}  // namespace artspeak::train
