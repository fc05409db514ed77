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

}  // namespace
}  // namespace artspeak::train
