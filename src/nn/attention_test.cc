#include "nn/attention.h"

#include <gtest/gtest.h>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

constexpr AttentionShape kShape = {.B = 2, .T = 70, .NH = 2, .D = 12};

// Attention as its formula stands, in double precision.
std::vector<float> Reference(const AttentionShape& s,
                             const std::vector<float>& qkv) {
  const int64_t C = s.C();
  std::vector<float> out;
  for (int64_t b = 0; b < s.B; ++b) {
    for (int64_t t = 0; t < s.T; ++t) {
      for (int64_t h = 0; h < s.NH; ++h) {
        const auto at = [&](int64_t token, int64_t part) {
          return qkv.data() + (b * s.T + token) * 3 * C + part * C + h * s.D;
        };
        std::vector<double> p;
        double sum = 0;
        for (int64_t j = 0; j <= t; ++j) {
          double score = 0;
          for (int64_t d = 0; d < s.D; ++d) {
            score += double{at(t, 0)[d]} * at(j, 1)[d];
          }
          p.push_back(std::exp(score / std::sqrt(static_cast<double>(s.D))));
          sum += p.back();
        }
        for (int64_t d = 0; d < s.D; ++d) {
          double value = 0;
          for (int64_t j = 0; j <= t; ++j) value += p[j] / sum * at(j, 2)[d];
          out.push_back(static_cast<float>(value));
        }
      }
    }
  }
  return out;
}

struct Case {
  AttentionShape shape = kShape;
  std::vector<float> qkv = Normals(shape.B * shape.T * 3 * shape.C(), 1);
  std::vector<float> dout = Normals(shape.B * shape.T * shape.C(), 2);
  std::vector<float> out = std::vector<float>(dout.size());
  std::vector<float> log_sum =
      std::vector<float>(static_cast<size_t>(shape.B * shape.NH * shape.T));
  std::vector<float> dqkv = std::vector<float>(qkv.size());
  DropoutMask mask;

  void Forward(base::ThreadPool& pool, const Kernels& kernels) {
    AttentionForward(pool, kernels, kernels.panels, shape, out.data(),
                     log_sum.data(), qkv.data(), mask);
  }
  void Backward(base::ThreadPool& pool, const Kernels& kernels) {
    AttentionBackward(pool, kernels, kernels.panels, shape, dqkv.data(),
                      dout.data(), log_sum.data(), qkv.data(), mask);
  }
  double Loss(base::ThreadPool& pool, const Kernels& kernels) {
    Forward(pool, kernels);
    double loss = 0;
    for (size_t i = 0; i < out.size(); ++i) loss += double{out[i]} * dout[i];
    return loss;
  }
  // Central differences with a step of 1e-2: 1e-4 · f''' / 6 of truncation
  // (f''' of order 10) and outputs rounded by 6e-8, some seventy of them moved:
  // 70 · 6e-8 / 2e-2 = 2e-4. Slopes are of order 0.1 to 5.
  void ExpectGradients(base::ThreadPool& pool, const Kernels& kernels) {
    Forward(pool, kernels);
    Backward(pool, kernels);
    for (size_t i = 0; i < qkv.size(); i += 97) {
      EXPECT_NEAR(dqkv[i],
                  Slope(qkv, i, 1e-2, [&] { return Loss(pool, kernels); }),
                  2e-3)
          << i;
    }
  }
};

// Weighted means of numbers of size 1, weights within some units: 1e-5.
TEST(Attention, MatchesItsFormula) {
  base::ThreadPool pool(2);
  for (const Kernels* kernels : AllKernels()) {
    Case test;
    test.Forward(pool, *kernels);
    EXPECT_LE(LargestDifference(test.out, Reference(kShape, test.qkv)), 1e-5);
  }
}

TEST(Attention, DoesNotSeeTheFuture) {
  base::ThreadPool pool(1);
  Case test;
  test.Forward(pool, BestKernels());
  const auto before = test.out;
  // The last token of the first window changes.
  for (int64_t i = 0; i < 3 * kShape.C(); ++i) {
    test.qkv[(kShape.T - 1) * 3 * kShape.C() + i] += 1;
  }
  test.Forward(pool, BestKernels());
  const auto untouched = (kShape.T - 1) * kShape.C();
  EXPECT_TRUE(
      std::equal(before.begin(), before.begin() + untouched, test.out.begin()));
  EXPECT_NE(before[untouched], test.out[untouched]);
}

TEST(Attention, GradientsMatchFiniteDifferences) {
  base::ThreadPool pool(2);
  for (const Kernels* kernels : AllKernels()) {
    Case test;
    test.ExpectGradients(pool, *kernels);
  }
}

TEST(Attention, GradientsMatchFiniteDifferencesUnderDropout) {
  base::ThreadPool pool(2);
  Case test;
  test.mask = DropoutMask(0.3f, 7, 1);
  const auto plain = [&] {
    Case other;
    other.Forward(pool, BestKernels());
    return other.out;
  }();
  test.ExpectGradients(pool, BestKernels());
  EXPECT_GT(LargestDifference(test.out, plain), 0.1);
}

TEST(Attention, HasTheSameBitsOnAnyNumberOfThreads) {
  std::vector<Case> cases(2);
  for (size_t i = 0; i < 2; ++i) {
    base::ThreadPool pool(i == 0 ? 1 : 3);
    cases[i].Forward(pool, BestKernels());
    cases[i].Backward(pool, BestKernels());
  }
  EXPECT_EQ(cases[0].out, cases[1].out);
  EXPECT_EQ(cases[0].dqkv, cases[1].dqkv);
}

}  // namespace
}  // namespace artspeak::nn
