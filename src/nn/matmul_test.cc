#include "nn/matmul.h"

#include <gtest/gtest.h>

#include <cfloat>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

float At(const MatrixView& view, int64_t row, int64_t column) {
  return view.transposed ? view.data[column * view.stride + row]
                         : view.data[row * view.stride + column];
}

// A product with operands of its own.
struct Case {
  Case(int64_t rows, int64_t columns, int64_t inner, bool a_transposed,
       bool b_transposed)
      : a(Normals(rows * inner, 1)),
        b(Normals(inner * columns, 2)),
        c(Normals(rows * columns, 3)),
        product{.rows = rows,
                .columns = columns,
                .inner = inner,
                .a = {a.data(), a_transposed ? rows : inner, a_transposed},
                .b = {b.data(), b_transposed ? inner : columns, b_transposed},
                .c = c.data(),
                .c_stride = columns} {}

  std::vector<float> a, b, c;
  MatMul product;
};

std::vector<float> Reference(const MatMul& m) {
  std::vector<float> c;
  for (int64_t i = 0; i < m.rows; ++i) {
    for (int64_t j = 0; j < m.columns; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < m.inner; ++k) {
        sum += double{At(m.a, i, k)} * At(m.b, k, j);
      }
      sum = m.alpha * sum + (m.accumulate ? m.c[i * m.c_stride + j] : 0);
      c.push_back(static_cast<float>(sum));
    }
  }
  return c;
}

// Up to `inner` roundings of partial sums below 5 √inner.
double Tolerance(const MatMul& m) {
  const auto k = static_cast<double>(m.inner);
  return 1e-6 + k * FLT_EPSILON / 2 * 5 * std::sqrt(k);
}

TEST(MatMul, MatchesItsFormulaInEveryOrientation) {
  base::ThreadPool pool(2);
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      for (const bool accumulate : {false, true}) {
        for (const int64_t size : {1, 33, 150}) {
          Case test(size + 3, size, 47, a, b);
          test.product.alpha = 0.5f;
          test.product.accumulate = accumulate;
          const auto expected = Reference(test.product);
          Multiplier(pool).Multiply(test.product);
          EXPECT_LE(LargestDifference(test.c, expected),
                    Tolerance(test.product));
        }
      }
    }
  }
}

TEST(MatMul, MatchesItsFormulaInManyBlocks) {
  base::ThreadPool pool(2);
  for (const auto& [rows, columns] : {std::pair(3, 1100), std::pair(1100, 3)}) {
    Case test(rows, columns, 4200, true, true);
    test.product.accumulate = true;
    const auto expected = Reference(test.product);
    Multiplier(pool).Multiply(test.product);
    EXPECT_LE(LargestDifference(test.c, expected), Tolerance(test.product));
  }
}

TEST(MatMul, SlicedProductHasTheSameBitsOnAnyNumberOfThreads) {
  for (const auto& [rows, columns] : {std::pair(400, 96), std::pair(96, 400)}) {
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 3}) {
      base::ThreadPool pool(threads);
      Case test(rows, columns, 130, true, false);
      Multiplier(pool).Multiply(test.product);
      results.push_back(test.c);
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
  }
}

TEST(MatMul, HooksSeeEveryRowOnceAroundItsProduct) {
  base::ThreadPool pool(2);
  Case test(300, 200, 64, false, false);
  std::vector<int> before(300), after(300);
  test.product.before = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      ++before[i];
      for (int64_t j = 0; j < 200; ++j) test.c[i * 200 + j] = 1;
    }
  };
  test.product.after = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      ++after[i];
      for (int64_t j = 0; j < 200; ++j) test.c[i * 200 + j] *= 2;
    }
  };
  std::fill(test.c.begin(), test.c.end(), 1.0f);
  test.product.accumulate = true;
  auto expected = Reference(test.product);
  for (float& value : expected) value *= 2;
  Multiplier(pool).Multiply(test.product);
  EXPECT_LE(LargestDifference(test.c, expected), 2 * Tolerance(test.product));
  EXPECT_EQ(before, std::vector<int>(300, 1));
  EXPECT_EQ(after, std::vector<int>(300, 1));
}

}  // namespace
}  // namespace artspeak::nn
