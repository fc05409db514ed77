#include "nn/cross_entropy.h"

#include <gtest/gtest.h>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

// Rounding of a logarithm of about 10 and a logit of about 5: 1e-6 each.
TEST(CrossEntropy, MatchesItsFormula) {
  const int64_t rows = 4, V = 999;
  const std::vector<int32_t> targets = {0, 998, 7, 7};
  const auto logits = Normals(rows * V, 1, 3);
  for (const Kernels* kernels : AllKernels()) {
    auto gradient = logits;
    std::vector<float> losses(rows);
    CrossEntropyRows(*kernels, gradient.data(), losses.data(), targets.data(),
                     rows, V);
    for (int64_t row = 0; row < rows; ++row) {
      double sum = 0;
      for (int64_t v = 0; v < V; ++v) sum += std::exp(logits[row * V + v]);
      EXPECT_NEAR(losses[row], std::log(sum) - logits[row * V + targets[row]],
                  4e-6);
      for (int64_t v = 0; v < V; ++v) {
        const double p = std::exp(logits[row * V + v]) / sum;
        ASSERT_NEAR(gradient[row * V + v], p - (v == targets[row]), 1e-6);
      }
    }
  }
}

// The double reference above gives the gradient; here it is the slope of our
// own loss: step 0.05 truncates by 4e-4 · f''' / 6 (f''' below 0.1), and the
// loss of about 8 is rounded by 5e-7 / 0.1.
TEST(CrossEntropy, GradientMatchesFiniteDifferences) {
  const int64_t V = 50;
  auto logits = Normals(V, 2);
  const int32_t target = 11;
  const auto loss = [&] {
    auto copy = logits;
    float value;
    CrossEntropyRows(BestKernels(), copy.data(), &value, &target, 1, V);
    return double{value};
  };
  auto gradient = logits;
  float value;
  CrossEntropyRows(BestKernels(), gradient.data(), &value, &target, 1, V);
  for (size_t i = 0; i < logits.size(); ++i) {
    EXPECT_NEAR(gradient[i], Slope(logits, i, 5e-2, loss), 5e-5);
  }
}

TEST(CrossEntropy, IgnoredTargetCountsNothing) {
  auto logits = Normals(2 * 30, 3);
  const std::vector<int32_t> targets = {-1, 4};
  std::vector<float> losses(2, 99.0f);
  CrossEntropyRows(BestKernels(), logits.data(), losses.data(), targets.data(),
                   2, 30);
  EXPECT_EQ(losses[0], 0);
  EXPECT_GT(losses[1], 0);
  EXPECT_TRUE(std::all_of(logits.begin(), logits.begin() + 30,
                          [](float value) { return value == 0; }));
}

}  // namespace
}  // namespace artspeak::nn
