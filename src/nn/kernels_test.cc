// Every kernel on every instruction set of this machine against a naive
// reference in double precision. Counts are chosen around vector lengths, so
// that ends which do not fill a vector are met.
#include "nn/kernels.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <numeric>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

constexpr int64_t kCounts[] = {1, 3, 8, 15, 16, 17, 33, 64, 100, 257};

double GeluReference(double x) {
  return 0.5 * x *
         (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

TEST(Kernels, ThisMachineHasAtLeastThePlainOnes) {
  EXPECT_NE(KernelsOf(InstructionSet::kPlain), nullptr);
  EXPECT_GE(AllKernels().size(), 1u);
}

TEST(Kernels, ExpIsWithinThreeUnitsInTheLastPlace) {
  std::vector<float> x;
  for (float v = -86.9f; v < 87.9f; v += 0.0137f) x.push_back(v);
  for (const Kernels* kernels : AllKernels()) {
    std::vector<float> y(x.size());
    kernels->exp_minus(y.data(), x.data(), static_cast<int64_t>(x.size()), 1,
                       0);
    for (size_t i = 0; i < x.size(); ++i) {
      const double expected = std::exp(double{x[i]});
      ASSERT_NEAR(y[i] / expected, 1, 3 * FLT_EPSILON) << "exp(" << x[i] << ")";
    }
  }
}

TEST(Kernels, ExpOfVerySmallIsAlmostZeroAndNeverNegative) {
  const float x[] = {-88, -100, -1e4f, -1e30f, -INFINITY};
  for (const Kernels* kernels : AllKernels()) {
    float y[5];
    kernels->exp_minus(y, x, 5, 1, 0);
    for (const float value : y) {
      EXPECT_GE(value, 0);
      EXPECT_LT(value, 2e-38);
    }
  }
}

// x / (1 + exp(-2u)): exp within 3 units, and its argument, of up to 2|u| = 12
// where the result matters, rounded four times: 12 · 4 / 2 units more where
// the logistic function is small, which is as much relative to a result below
// 1e-3. So 1e-5 relative and 1e-8 absolute hold with room.
TEST(Kernels, GeluMatchesItsFormula) {
  std::vector<float> x;
  for (float v = -12; v < 12; v += 0.0173f) x.push_back(v);
  for (const Kernels* kernels : AllKernels()) {
    std::vector<float> y(x.size());
    kernels->gelu(y.data(), x.data(), static_cast<int64_t>(x.size()));
    for (size_t i = 0; i < x.size(); ++i) {
      const double expected = GeluReference(x[i]);
      ASSERT_NEAR(y[i], expected, 1e-8 + 1e-5 * std::fabs(expected)) << x[i];
    }
  }
}

TEST(Kernels, GeluOfHugeNumbersIsFinite) {
  const float x[] = {-1e4f, 1e4f, -3e12f, 3e12f};
  for (const Kernels* kernels : AllKernels()) {
    float y[4], slope[4] = {1, 1, 1, 1};
    kernels->gelu(y, x, 4);
    kernels->gelu_backward(slope, x, 4);
    EXPECT_NEAR(y[0], 0, 1e-20);
    EXPECT_EQ(y[1], 1e4f);
    EXPECT_EQ(y[3], 3e12f);
    EXPECT_NEAR(slope[0], 0, 1e-20);
    EXPECT_EQ(slope[1], 1);
  }
}

// Central difference of the double reference with step h errs by h² |f'''| / 6
// < 1e-8 · 2 / 6; the kernel's own rounding is below 1e-5 for |x| < 8.
TEST(Kernels, GeluBackwardIsTheSlope) {
  std::vector<float> x;
  for (float v = -8; v < 8; v += 0.0173f) x.push_back(v);
  for (const Kernels* kernels : AllKernels()) {
    std::vector<float> gradient(x.size(), 2.0f);
    kernels->gelu_backward(gradient.data(), x.data(),
                           static_cast<int64_t>(x.size()));
    for (size_t i = 0; i < x.size(); ++i) {
      const double h = 1e-4;
      const double slope =
          (GeluReference(x[i] + h) - GeluReference(x[i] - h)) / (2 * h);
      ASSERT_NEAR(gradient[i], 2 * slope, 1e-5) << x[i];
    }
  }
}

// Numbers of size 1, a few roundings each: 1e-5 is some eighty units.
TEST(Kernels, LayerNormMatchesItsFormula) {
  for (const int64_t C : kCounts) {
    const int64_t rows = 3;
    const auto in = Normals(rows * C, 1), weight = Normals(C, 2),
               bias = Normals(C, 3);
    for (const Kernels* kernels : AllKernels()) {
      std::vector<float> out(in.size()), mean(rows), rstd(rows);
      kernels->layer_norm(out.data(), mean.data(), rstd.data(), in.data(),
                          weight.data(), bias.data(), rows, C, 1e-5f);
      for (int64_t row = 0; row < rows; ++row) {
        const float* x = in.data() + row * C;
        const double m = std::accumulate(x, x + C, 0.0) / C;
        double variance = 0;
        for (int64_t i = 0; i < C; ++i) variance += (x[i] - m) * (x[i] - m) / C;
        const double s = 1 / std::sqrt(variance + 1e-5);
        ASSERT_NEAR(mean[row], m, 1e-6);
        ASSERT_NEAR(rstd[row] / s, 1, 1e-5);
        for (int64_t i = 0; i < C; ++i) {
          ASSERT_NEAR(out[row * C + i], (x[i] - m) * s * weight[i] + bias[i],
                      C == 1 ? 1e-3 : 1e-5);  // one number: 0 · 1/√ε
        }
      }
    }
  }
}

TEST(Kernels, SumsMatch) {
  for (const int64_t n : kCounts) {
    const auto a = Normals(n, 1), b = Normals(n, 2);
    for (const Kernels* kernels : AllKernels()) {
      std::vector<float> sum(a.size()), added = a;
      kernels->sum(sum.data(), a.data(), b.data(), n);
      kernels->add(added.data(), b.data(), n);
      for (size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(sum[i], a[i] + b[i]);
        ASSERT_EQ(added[i], a[i] + b[i]);
      }
      // n roundings of sums below 4 √n.
      const double expected =
          std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
      ASSERT_NEAR(kernels->dot(a.data(), b.data(), n), expected,
                  1e-6 * static_cast<double>(n) + 1e-6);
    }
  }
}

TEST(Kernels, AddRowsAddsEveryRow) {
  for (const int64_t C : kCounts) {
    const int64_t rows = 7;
    const auto in = Normals(rows * C, 4);
    for (const Kernels* kernels : AllKernels()) {
      std::vector<float> out(static_cast<size_t>(C), 1.0f);
      kernels->add_rows(out.data(), in.data(), rows, C);
      for (int64_t i = 0; i < C; ++i) {
        double expected = 1;
        for (int64_t row = 0; row < rows; ++row) expected += in[row * C + i];
        ASSERT_NEAR(out[i], expected, 1e-5);
      }
    }
  }
}

TEST(Kernels, SoftmaxSumsToOneAndReturnsTheLogOfItsSum) {
  for (const int64_t n : kCounts) {
    const auto scores = Normals(n, 5, 10);
    for (const Kernels* kernels : AllKernels()) {
      std::vector<float> p = scores;
      const float log_sum = kernels->softmax(p.data(), n, 0.5f);
      double sum = 0;
      for (const float score : scores) sum += std::exp(0.5 * score);
      // Rounding score · scale (below 20) and the logarithm: 2 · 20 half units.
      ASSERT_NEAR(log_sum, std::log(sum), 3e-6);
      for (size_t i = 0; i < p.size(); ++i) {
        ASSERT_NEAR(p[i], std::exp(0.5 * scores[i]) / sum, 1e-5);
      }
    }
  }
}

TEST(Kernels, SoftmaxOfHugeScoresDoesNotOverflow) {
  for (const Kernels* kernels : AllKernels()) {
    std::vector<float> p(20, -1e30f);
    p[3] = 1e30f;
    p[18] = 1e30f;
    const float log_sum = kernels->softmax(p.data(), 20, 1);
    EXPECT_EQ(log_sum, 1e30f);
    EXPECT_EQ(p[3], 0.5f);
    EXPECT_EQ(p[18], 0.5f);
    EXPECT_LT(p[0], 1e-30f);
  }
}

// A sum of K products of size 1: below K half units of a partial sum of 4 √K.
double ProductTolerance(int64_t K) {
  const auto k = static_cast<double>(K);
  return 1e-6 + k * FLT_EPSILON / 2 * 4 * std::sqrt(k);
}

TEST(Kernels, ProductMatchesItsFormula) {
  for (const int64_t rows : {1, 2, 5, 6, 7, 13}) {
    for (const int64_t N : {1, 16, 33, 64, 100, 200}) {
      const int64_t K = 37;
      const auto x = Normals(rows * K, 1), w = Normals(K * N, 2),
                 bias = Normals(N, 3);
      for (const Kernels* kernels : AllKernels()) {
        std::vector<float> y(static_cast<size_t>(rows * N));
        const int64_t middle = N / 3;
        for (const auto& [begin, end] :
             {std::pair(int64_t{0}, middle), std::pair(middle, N)}) {
          kernels->product(y.data(), N, x.data(), K, w.data(), N, bias.data(),
                           rows, K, begin, end);
        }
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t n = 0; n < N; ++n) {
            double sum = bias[n];
            for (int64_t k = 0; k < K; ++k) {
              sum += double{x[r * K + k]} * w[k * N + n];
            }
            ASSERT_NEAR(y[r * N + n], sum, ProductTolerance(K));
          }
        }
      }
    }
  }
}

TEST(Kernels, TransposedProductMatchesItsFormula) {
  for (const int64_t rows : {1, 4, 5, 7, 11}) {
    for (const int64_t K : {1, 8, 16, 37, 64}) {
      const int64_t N = 23;
      const auto x = Normals(rows * K, 1), w = Normals(N * K, 2);
      for (const Kernels* kernels : AllKernels()) {
        std::vector<float> y(static_cast<size_t>(rows * N));
        kernels->product_transposed(y.data(), N, x.data(), K, w.data(), K, rows,
                                    K, 0, 5);
        kernels->product_transposed(y.data(), N, x.data(), K, w.data(), K, rows,
                                    K, 5, N);
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t n = 0; n < N; ++n) {
            double sum = 0;
            for (int64_t k = 0; k < K; ++k) {
              sum += double{x[r * K + k]} * w[n * K + k];
            }
            ASSERT_NEAR(y[r * N + n], sum, ProductTolerance(K));
          }
        }
      }
    }
  }
}

TEST(Kernels, RowOfAProductHasTheSameBitsWhateverItsNeighbours) {
  const int64_t rows = 13, K = 50, N = 147;
  const auto x = Normals(rows * K, 1), w = Normals(K * N, 2),
             bias = Normals(N, 3);
  for (const Kernels* kernels : AllKernels()) {
    std::vector<float> all(static_cast<size_t>(rows * N)), one = all;
    std::vector<float> all_t = all, one_t = all;
    kernels->product(all.data(), N, x.data(), K, w.data(), N, bias.data(), rows,
                     K, 0, N);
    kernels->product_transposed(all_t.data(), N, x.data(), K, w.data(), K, rows,
                                K, 0, N);
    for (int64_t r = 0; r < rows; ++r) {
      kernels->product(one.data() + r * N, N, x.data() + r * K, K, w.data(), N,
                       bias.data(), 1, K, 0, N);
      kernels->product_transposed(one_t.data() + r * N, N, x.data() + r * K, K,
                                  w.data(), K, 1, K, 0, N);
    }
    EXPECT_EQ(all, one);
    EXPECT_EQ(all_t, one_t);
  }
}

TEST(Kernels, RoundsToTheNearestBfloat16) {
  std::vector<float> numbers = Normals(1000, 1);
  for (const float number :
       {0.0f, -0.0f, 1.0f, 1 + 0x1p-8f, 1 + 0x1.8p-7f, 1 + 0x1.0002p-8f, -2.5f,
        3e38f, 3.4e38f, 1e-40f, INFINITY, -INFINITY, NAN}) {
    numbers.push_back(number);
  }
  for (const Kernels* kernels : AllKernels()) {
    std::vector<Bfloat16> rounded(numbers.size());
    kernels->round_to_bf16(rounded.data(), numbers.data(),
                           static_cast<int64_t>(numbers.size()));
    for (size_t i = 0; i < numbers.size(); ++i) {
      const auto value = [](uint32_t bits) {
        return std::bit_cast<float>(bits << 16);
      };
      const float x = numbers[i], got = value(rounded[i].bits);
      if (std::isnan(x)) {
        EXPECT_TRUE(std::isnan(got));
        continue;
      }
      // One of the two neighbours, and none is nearer; of equal ones the even.
      const uint32_t below = std::bit_cast<uint32_t>(x) >> 16;
      const double low = value(below), exact = x;
      const int exponent = low == 0 ? -126 : std::max(std::ilogb(low), -126);
      const double step = std::ldexp(1.0, exponent - 7);
      const bool up = std::fabs(exact - low) > step / 2 ||
                      (std::fabs(exact - low) == step / 2 && below % 2 == 1);
      EXPECT_EQ(rounded[i].bits, below + (std::isinf(x) ? 0 : up)) << x;
    }
  }
}

// A key or value in bfloat16 is one in fp32: only the compiler's choice of
// fused multiply-adds may differ, a rounding (6e-8) of numbers of size 1 each.
TEST(Kernels, AttendToBfloat16AsToTheFloatsItStandsFor) {
  for (const int64_t length : {1, 5, 16, 100}) {
    for (const int64_t D : {4, 20, 64, 80}) {
      const auto q = Normals(D, 4);
      for (const Kernels* kernels : AllKernels()) {
        std::vector<Bfloat16> keys(static_cast<size_t>(length * D)),
            values = keys;
        kernels->round_to_bf16(keys.data(), Normals(length * D, 5).data(),
                               length * D);
        kernels->round_to_bf16(values.data(), Normals(length * D, 6).data(),
                               length * D);
        const auto widened = [](const std::vector<Bfloat16>& halves) {
          std::vector<float> floats;
          for (const Bfloat16 half : halves) {
            floats.push_back(std::bit_cast<float>(uint32_t{half.bits} << 16));
          }
          return floats;
        };
        std::vector<float> out(q.size()), expected(q.size());
        std::vector<float> scores(static_cast<size_t>(length));
        kernels->attend_bf16(out.data(), scores.data(), q.data(), keys.data(),
                             values.data(), length, D, 0.3f);
        kernels->attend(expected.data(), scores.data(), q.data(),
                        widened(keys).data(), widened(values).data(), length, D,
                        0.3f);
        EXPECT_LT(LargestDifference(out, expected), 1e-6);
      }
    }
  }
}

TEST(Kernels, AttendMatchesItsFormula) {
  for (const int64_t length : {1, 2, 15, 16, 100}) {
    for (const int64_t D : {4, 16, 20, 64}) {
      const auto q = Normals(D, 1), keys = Normals(length * D, 2),
                 values = Normals(length * D, 3);
      const double scale = 1 / std::sqrt(static_cast<double>(D));
      std::vector<double> p(static_cast<size_t>(length));
      double sum = 0;
      for (int64_t j = 0; j < length; ++j) {
        double score = 0;
        for (int64_t d = 0; d < D; ++d) score += double{q[d]} * keys[j * D + d];
        sum += p[j] = std::exp(score * scale);
      }
      for (const Kernels* kernels : AllKernels()) {
        std::vector<float> out(q.size()), scores(p.size());
        kernels->attend(out.data(), scores.data(), q.data(), keys.data(),
                        values.data(), length, D, static_cast<float>(scale));
        for (int64_t d = 0; d < D; ++d) {
          double expected = 0;
          for (int64_t j = 0; j < length; ++j) {
            expected += p[j] / sum * values[j * D + d];
          }
          ASSERT_NEAR(out[d], expected, 1e-5);
        }
      }
    }
  }
}

}  // namespace
}  // namespace artspeak::nn
