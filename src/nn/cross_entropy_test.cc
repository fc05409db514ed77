#include "nn/cross_entropy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

struct Results {
  std::vector<double> losses;   // (rows)
  std::vector<float> gradient;  // (rows, V)
};

// As a head would, by blocks of `size` tokens.
Results Compute(const Kernels& kernels, const std::vector<float>& logits,
                const std::vector<int32_t>& targets, int64_t size) {
  const auto rows = static_cast<int64_t>(targets.size());
  const int64_t V = static_cast<int64_t>(logits.size()) / rows;
  std::vector<TokenLoss> losses(targets.size());
  Results results = {.losses = {}, .gradient = logits};
  const auto for_blocks = [&](auto work) {
    for (int64_t first = 0; first < V; first += size) {
      const VocabularyBlock block = {first, std::min(size, V - first)};
      std::vector<float> part;
      for (int64_t row = 0; row < rows; ++row) {
        const auto from = logits.begin() + row * V + first;
        part.insert(part.end(), from, from + block.size);
      }
      work(block, part.data());
      for (int64_t row = 0; row < rows; ++row) {
        std::copy_n(part.begin() + row * block.size, block.size,
                    results.gradient.begin() + row * V + first);
      }
    }
  };
  for_blocks([&](VocabularyBlock block, float* part) {
    GatherLosses(kernels, losses.data(), part, targets.data(), rows, block);
  });
  for_blocks([&](VocabularyBlock block, float* part) {
    CrossEntropyGradient(kernels, part, losses.data(), targets.data(), rows,
                         block);
  });
  for (const TokenLoss& loss : losses) results.losses.push_back(loss.nats());
  return results;
}

// Rounding of a block's log sum of about 10 and a logit of about 5: 1e-6 each.
// A probability errs by as much as the log sum, relatively.
TEST(CrossEntropy, MatchesItsFormulaInBlocksOfAnySize) {
  const int64_t rows = 4, V = 999;
  const std::vector<int32_t> targets = {0, 998, 7, 7};
  const auto logits = Normals(rows * V, 1, 3);
  for (const Kernels* kernels : AllKernels()) {
    for (const int64_t size : {V, int64_t{500}, int64_t{64}}) {
      const Results got = Compute(*kernels, logits, targets, size);
      for (int64_t row = 0; row < rows; ++row) {
        double sum = 0;
        for (int64_t v = 0; v < V; ++v) sum += std::exp(logits[row * V + v]);
        EXPECT_NEAR(got.losses[row],
                    std::log(sum) - logits[row * V + targets[row]], 4e-6);
        for (int64_t v = 0; v < V; ++v) {
          const double p = std::exp(logits[row * V + v]) / sum;
          ASSERT_NEAR(got.gradient[row * V + v], p - (v == targets[row]), 2e-6);
        }
      }
    }
  }
}

// The double reference above gives the gradient; here it is the slope of our
// own loss: step 0.05 truncates by 4e-4 · f''' / 6 (f''' below 0.1), and the
// loss of about 8 is rounded by 5e-7 / 0.1.
TEST(CrossEntropy, GradientMatchesFiniteDifferences) {
  const int64_t V = 50, size = 20;
  auto logits = Normals(V, 2);
  const auto loss = [&] {
    return Compute(BestKernels(), logits, {11}, size).losses[0];
  };
  const Results got = Compute(BestKernels(), logits, {11}, size);
  for (size_t i = 0; i < logits.size(); ++i) {
    EXPECT_NEAR(got.gradient[i], Slope(logits, i, 5e-2, loss), 5e-5);
  }
}

TEST(CrossEntropy, ShiftedLogitsHaveTheSameLoss) {
  const int64_t V = 300;
  const auto logits = Normals(V, 2);
  const double expected = Compute(BestKernels(), logits, {11}, 64).losses[0];
  // exp of these is infinite or zero; a log sum of 1000 is rounded by 3e-5.
  for (const float shift : {-1000.0f, 1000.0f}) {
    auto shifted = logits;
    for (float& logit : shifted) logit += shift;
    EXPECT_NEAR(Compute(BestKernels(), shifted, {11}, 64).losses[0], expected,
                2e-4);
  }
}

TEST(CrossEntropy, IgnoredTargetCountsNothing) {
  const int64_t V = 30;
  const Results got = Compute(BestKernels(), Normals(2 * V, 3), {-1, 4}, 16);
  EXPECT_GT(got.losses[1], 0);
  EXPECT_TRUE(std::all_of(got.gradient.begin(), got.gradient.begin() + V,
                          [](float value) { return value == 0; }));
  EXPECT_TRUE(std::any_of(got.gradient.begin() + V, got.gradient.end(),
                          [](float value) { return value != 0; }));
}

TEST(CrossEntropy, LogitThatIsNoNumberMakesTheLossNone) {
  auto logits = Normals(60, 3);
  logits[33] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(Compute(BestKernels(), logits, {4}, 16).losses[0]));
}

}  // namespace
}  // namespace artspeak::nn
