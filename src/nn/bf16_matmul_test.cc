#include "nn/bf16_matmul.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cstring>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

float Widen(Bfloat16 number) {
  const uint32_t bits = uint32_t{number.bits} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::vector<float> Rounded(const std::vector<float>& in) {
  std::vector<Bfloat16> halves(in.size());
  BestKernels().round_to_bf16(halves.data(), in.data(),
                              static_cast<int64_t>(in.size()));
  std::vector<float> out;
  for (const Bfloat16 half : halves) out.push_back(Widen(half));
  return out;
}

// in (rows, columns) read the other way.
std::vector<float> Transposed(const std::vector<float>& in, int64_t rows,
                              int64_t columns) {
  std::vector<float> out(in.size());
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j)
      out[j * rows + i] = in[i * columns + j];
  }
  return out;
}

class Bf16MatMulTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kernels_ == nullptr) GTEST_SKIP() << "no AVX-512 with bfloat16 here";
  }

  // The product of random matrices by each way to hand them over.
  std::vector<float> Product(int64_t rows, int64_t columns, int64_t inner,
                             bool a_in_panels, bool b_transposed,
                             bool accumulate, int threads = 2) {
    base::ThreadPool pool(threads);
    a_ = Normals(rows * inner, 1);
    b_ = Normals(inner * columns, 2);
    std::vector<float> c = Normals(rows * columns, 3);
    Bf16Buffer a_rows(rows * PanelRows<Bfloat16>(inner));
    Bf16Buffer a_panels(PanelsSize<Bfloat16>(inner, rows));
    if (a_in_panels) {
      Bf16Buffer across(inner * PanelRows<Bfloat16>(rows));
      RoundRows(pool, *kernels_, across.data(),
                Transposed(a_, rows, inner).data(), inner, rows);
      PackPanels(pool, *kernels_, a_panels.data(), across.data(), inner, rows);
    } else {
      RoundRows(pool, *kernels_, a_rows.data(), a_.data(), rows, inner);
    }
    Bf16Buffer b(PanelsSize<Bfloat16>(inner, columns));
    PackPanels(pool, *kernels_, b.data(),
               b_transposed ? Transposed(b_, inner, columns).data() : b_.data(),
               inner, columns, b_transposed);
    Multiply(pool, *kernels_,
             {.rows = rows,
              .columns = columns,
              .inner = inner,
              .a = a_in_panels ? a_panels.data() : a_rows.data(),
              .a_in_panels = a_in_panels,
              .b = b.data(),
              .c = c.data(),
              .accumulate = accumulate});
    return c;
  }

  const Bf16Kernels* kernels_ = FindBf16Kernels();
  std::vector<float> a_, b_;  // of the last Product
};

// Products of two bfloat16 numbers are exact in fp32: there remain up to
// `inner` roundings of partial sums below 5 √inner.
TEST_F(Bf16MatMulTest, MatchesItsFormulaForRoundedNumbersInEveryOrientation) {
  for (const auto [rows, columns, inner] :
       {std::array{1, 1, 1}, std::array{6, 64, 2}, std::array{65, 70, 33},
        std::array{130, 17, 47}, std::array{67, 129, 1100}}) {
    for (int kind = 0; kind < 8; ++kind) {
      const bool accumulate = kind & 4;
      const auto got =
          Product(rows, columns, inner, kind & 1, kind & 2, accumulate);
      const auto before = Normals(rows * columns, 3);
      const auto a = Rounded(a_), b = Rounded(b_);
      std::vector<float> expected;
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
          double sum = accumulate ? before[i * columns + j] : 0;
          for (int64_t k = 0; k < inner; ++k) {
            sum += double{a[i * inner + k]} * b[k * columns + j];
          }
          expected.push_back(static_cast<float>(sum));
        }
      }
      EXPECT_LT(LargestDifference(got, expected),
                1e-6 + inner * FLT_EPSILON / 2 * 5 * std::sqrt(inner))
          << rows << " x " << columns << " x " << inner << ", kind " << kind;
    }
  }
}

TEST_F(Bf16MatMulTest, HasTheSameBitsOnAnyNumberOfThreads) {
  EXPECT_EQ(Product(300, 70, 1100, false, false, false, 1),
            Product(300, 70, 1100, false, false, false, 3));
}

TEST_F(Bf16MatMulTest, ARowHasTheSameBitsWhateverTheRowsBesideIt) {
  const auto many = Product(131, 70, 1100, false, false, false);
  const auto one = Product(1, 70, 1100, false, false, false);
  EXPECT_TRUE(std::equal(one.begin(), one.end(), many.begin()));
}

TEST_F(Bf16MatMulTest, HooksSeeTheirRowsBeforeAndAfter) {
  constexpr int64_t kRows = 300;
  base::ThreadPool pool(2);
  std::vector<float> ones(kRows, 1), c(kRows, 7), seen(kRows);
  Bf16Buffer a(kRows * 2), b(PanelsSize<Bfloat16>(1, 1));
  RoundRows(pool, *kernels_, a.data(), ones.data(), kRows, 1);
  PackPanels(pool, *kernels_, b.data(), ones.data(), 1, 1, false);
  Multiply(pool, *kernels_,
           {.rows = kRows,
            .columns = 1,
            .inner = 1,
            .a = a.data(),
            .b = b.data(),
            .c = c.data(),
            .accumulate = true,
            .before =
                [&](int64_t begin, int64_t end) {
                  std::fill(&c[begin], &c[end - 1] + 1, 2.0f);
                },
            .after =
                [&](int64_t begin, int64_t end) {
                  for (int64_t i = begin; i < end; ++i) seen[i] += c[i];
                }});
  EXPECT_EQ(seen, std::vector<float>(kRows, 3));
}

}  // namespace
}  // namespace artspeak::nn
