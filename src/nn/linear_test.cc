#include "nn/linear.h"

#include <gtest/gtest.h>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

// 200 products of size 1 a number: see kernels_test.cc.
constexpr double kTolerance = 1e-4;

TEST(Linear, MatchesItsFormulaForFewAndManyRows) {
  base::ThreadPool pool(2);
  for (const int64_t rows : {1, 5, 97, 200}) {
    const int64_t K = 200, N = 333;
    const auto x = Normals(rows * K, 1), w = Normals(K * N, 2),
               bias = Normals(N, 3);
    std::vector<float> y(static_cast<size_t>(rows * N)), yt = y;
    LinearForward(pool, BestKernels(), {rows, K, N}, y.data(), x.data(),
                  w.data(), bias.data());
    LinearForwardTransposed(pool, BestKernels(), {rows, K, N}, yt.data(),
                            x.data(), w.data());
    for (int64_t r = 0; r < rows; r += 7) {
      for (int64_t n = 0; n < N; ++n) {
        double sum = bias[n], sum_t = 0;
        for (int64_t k = 0; k < K; ++k) {
          sum += double{x[r * K + k]} * w[k * N + n];
          sum_t += double{x[r * K + k]} * w[n * K + k];
        }
        ASSERT_NEAR(y[r * N + n], sum, kTolerance);
        ASSERT_NEAR(yt[r * N + n], sum_t, kTolerance);
      }
    }
  }
}

TEST(Linear, HasTheSameBitsOnAnyNumberOfThreads) {
  const int64_t rows = 100, K = 64, N = 1000;
  const auto x = Normals(rows * K, 1), w = Normals(K * N, 2);
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 3}) {
    base::ThreadPool pool(threads);
    std::vector<float> y(static_cast<size_t>(rows * N));
    LinearForward(pool, BestKernels(), {rows, K, N}, y.data(), x.data(),
                  w.data(), nullptr);
    results.push_back(y);
  }
  EXPECT_EQ(results[0], results[1]);
}

}  // namespace
}  // namespace artspeak::nn
