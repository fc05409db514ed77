#include "nn/layer_norm.h"

#include <gtest/gtest.h>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

// A layer norm whose output is weighed by `dout` to one number.
struct Case {
  std::vector<float> in = Normals(kRows * kC, 1);
  std::vector<float> weight = Normals(kC, 2);
  std::vector<float> bias = Normals(kC, 3);
  std::vector<float> dout = Normals(kRows * kC, 4);
  std::vector<float> out = std::vector<float>(kRows * kC);
  std::vector<float> mean = std::vector<float>(kRows);
  std::vector<float> rstd = std::vector<float>(kRows);

  static constexpr int64_t kRows = 70, kC = 37;

  double Loss(base::ThreadPool& pool, const Kernels& kernels) {
    LayerNormForward(pool, kernels, {kRows, kC}, out.data(), mean.data(),
                     rstd.data(), in.data(), weight.data(), bias.data(), 1e-5f);
    double loss = 0;
    for (size_t i = 0; i < out.size(); ++i) loss += double{out[i]} * dout[i];
    return loss;
  }
};

// Central differences with a step of 1e-2 err by step² / 6 times a third
// derivative of order 1 (2e-5) and by fp32 rounding of the outputs it moves,
// 37 · 6e-8 / 2e-2 = 1e-4 at most; slopes are of order 1 to 10.
TEST(LayerNorm, GradientsMatchFiniteDifferences) {
  base::ThreadPool pool(2);
  for (const Kernels* kernels : AllKernels()) {
    Case test;
    test.Loss(pool, *kernels);
    std::vector<float> din(test.in.size()), dweight(Case::kC), dbias(Case::kC);
    LayerNormBackward(pool, *kernels, {Case::kRows, Case::kC}, din.data(),
                      dweight.data(), dbias.data(), test.dout.data(),
                      test.in.data(), test.weight.data(), test.mean.data(),
                      test.rstd.data());
    const auto loss = [&] { return test.Loss(pool, *kernels); };
    for (size_t i = 0; i < test.in.size(); i += 41) {
      EXPECT_NEAR(din[i], Slope(test.in, i, 1e-2, loss), 2e-3);
    }
    for (size_t i = 0; i < Case::kC; i += 5) {
      EXPECT_NEAR(dweight[i], Slope(test.weight, i, 1e-2, loss), 2e-3);
      EXPECT_NEAR(dbias[i], Slope(test.bias, i, 1e-2, loss), 2e-3);
    }
  }
}

TEST(LayerNorm, GradientsAreAddedAndHaveTheSameBitsOnAnyNumberOfThreads) {
  const Kernels& kernels = BestKernels();
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 3}) {
    base::ThreadPool pool(threads);
    Case test;
    test.Loss(pool, kernels);
    std::vector<float> all(test.in.size() + 2 * Case::kC, 1.0f);
    float* dweight = all.data() + test.in.size();
    LayerNormBackward(pool, kernels, {Case::kRows, Case::kC}, all.data(),
                      dweight, dweight + Case::kC, test.dout.data(),
                      test.in.data(), test.weight.data(), test.mean.data(),
                      test.rstd.data());
    results.push_back(all);
    double dbias = 1;
    for (int64_t row = 0; row < Case::kRows; ++row) {
      dbias += test.dout[row * Case::kC];
    }
    EXPECT_NEAR(dweight[Case::kC], dbias, 1e-4);
  }
  EXPECT_EQ(results[0], results[1]);
}

TEST(LayerNorm, ColumnSumsHaveTheSameBitsOnAnyNumberOfThreads) {
  const auto in = Normals(1000 * 40, 5);
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 3}) {
    base::ThreadPool pool(threads);
    std::vector<float> out(40, 1.0f);
    AddColumnSums(pool, BestKernels(), {1000, 40}, out.data(), in.data());
    results.push_back(out);
  }
  EXPECT_EQ(results[0], results[1]);
  double expected = 1;
  for (int64_t row = 0; row < 1000; ++row) expected += in[row * 40 + 7];
  EXPECT_NEAR(results[0][7], expected, 1e-3);  // 1000 roundings of sums of 100
}

}  // namespace
}  // namespace artspeak::nn
