#include "nn/int8_linear.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "nn/int8_kernels.h"
#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

std::vector<const Int8Kernels*> AllInt8Kernels() {
  std::vector<const Int8Kernels*> all;
  for (const InstructionSet set :
       {InstructionSet::kPlain, InstructionSet::kAvx2,
        InstructionSet::kAvx512}) {
    if (const Int8Kernels* kernels = Int8KernelsOf(set)) all.push_back(kernels);
  }
  return all;
}

struct Packed {
  Packed(const std::vector<float>& weights, int64_t K, int64_t N)
      : matrix{K, N}, bytes(static_cast<size_t>(matrix.bytes())) {
    PackInt8(matrix, weights.data(), N, 1, bytes.data());
    matrix.data = bytes.data();
  }
  std::vector<float> Unpacked() const {
    std::vector<float> all;
    std::vector<float> column(static_cast<size_t>(matrix.K));
    for (int64_t n = 0; n < matrix.N; ++n) {
      UnpackInt8(matrix, n, column.data());
      all.insert(all.end(), column.begin(), column.end());
    }
    return all;  // (N, K)
  }
  Int8Matrix matrix;
  std::vector<std::byte> bytes;
};

struct Shape {
  int64_t rows, K, N;
};
// Whole and broken groups and panels, all numbers of rows that a tile takes.
constexpr Shape kShapes[] = {
    {1, 128, 32},  {5, 256, 96},   {8, 200, 40}, {9, 4, 1},    {2, 1, 33},
    {17, 384, 64}, {3, 1021, 100}, {4, 130, 31}, {6, 128, 32}, {7, 256, 70}};

TEST(Int8Matrix, KeepsWeightsToHalfAStep) {
  const int64_t K = 300, N = 70;
  const auto weights = Normals(K * N, 1);
  const Packed packed(weights, K, N);
  const auto unpacked = packed.Unpacked();
  for (int64_t n = 0; n < N; ++n) {
    for (int64_t begin = 0; begin < K; begin += kInt8Group) {
      const int64_t end = std::min(K, begin + kInt8Group);
      float largest = 0;
      for (int64_t k = begin; k < end; ++k) {
        largest = std::max(largest, std::fabs(weights[k * N + n]));
      }
      // The scale is a bfloat16, rounded up: at most 1/128 above.
      const float half_step = largest / 254 * (1 + 1.0f / 128);
      for (int64_t k = begin; k < end; ++k) {
        ASSERT_NEAR(unpacked[n * K + k], weights[k * N + n],
                    half_step * 1.0001f);
      }
    }
  }
}

TEST(Int8Matrix, TakesWeightsInEitherOrder) {
  const int64_t K = 140, N = 37;
  const auto weights = Normals(K * N, 2);  // (N, K)
  std::vector<float> turned(weights.size());
  for (int64_t n = 0; n < N; ++n) {
    for (int64_t k = 0; k < K; ++k) turned[k * N + n] = weights[n * K + k];
  }
  Packed packed(turned, K, N);
  std::vector<std::byte> other(packed.bytes.size());
  PackInt8(packed.matrix, weights.data(), 1, K, other.data());
  EXPECT_EQ(packed.bytes, other);
}

TEST(Int8Linear, MatchesItsFormula) {
  for (const auto& [rows, K, N] : kShapes) {
    const auto x = Normals(rows * K, 3), bias = Normals(N, 4);
    const Packed packed(Normals(K * N, 5), K, N);
    const auto weights = packed.Unpacked();
    base::ThreadPool pool(2);
    for (const Int8Kernels* kernels : AllInt8Kernels()) {
      QuantizedRows quantized;
      quantized.Assign(pool, *kernels, x.data(), rows, K);
      std::vector<float> y(static_cast<size_t>(rows * N));
      Int8Forward(pool, *kernels, y.data(), quantized, packed.matrix,
                  bias.data());
      for (int64_t row = 0; row < rows; ++row) {
        for (int64_t n = 0; n < N; ++n) {
          double sum = bias[n], bound = 1e-5;
          for (int64_t k = 0; k < K; ++k) {
            sum += double{x[row * K + k]} * weights[n * K + k];
          }
          // x is rounded to half of 1/127 of its group's largest number.
          for (int64_t begin = 0; begin < K; begin += kInt8Group) {
            double largest = 0, absolute = 0;
            for (int64_t k = begin; k < std::min(K, begin + kInt8Group); ++k) {
              largest = std::max(largest, std::fabs(double{x[row * K + k]}));
              absolute += std::fabs(double{weights[n * K + k]});
            }
            bound += largest / 254 * absolute * 1.001;
          }
          ASSERT_NEAR(y[row * N + n], sum, bound) << rows << " " << K;
        }
      }
    }
  }
}

TEST(Int8Linear, HasTheSameBitsEverywhere) {
  for (const auto& [rows, K, N] : kShapes) {
    const auto x = Normals(rows * K, 6), bias = Normals(N, 7);
    const Packed packed(Normals(K * N, 8), K, N);
    std::vector<std::vector<float>> results;
    for (const Int8Kernels* kernels : AllInt8Kernels()) {
      for (const int threads : {1, 3}) {
        base::ThreadPool pool(threads);
        QuantizedRows quantized;
        quantized.Assign(pool, *kernels, x.data(), rows, K);
        std::vector<float> y(static_cast<size_t>(rows * N));
        Int8Forward(pool, *kernels, y.data(), quantized, packed.matrix,
                    bias.data());
        results.push_back(std::move(y));
      }
    }
    // Row by row: what stands beside a row does not matter.
    base::ThreadPool pool(1);
    std::vector<float> alone(results[0].size());
    for (int64_t row = 0; row < rows; ++row) {
      QuantizedRows quantized;
      quantized.Assign(pool, BestInt8Kernels(), x.data() + row * K, 1, K);
      Int8Forward(pool, BestInt8Kernels(), alone.data() + row * N, quantized,
                  packed.matrix, bias.data());
    }
    results.push_back(std::move(alone));
    for (const auto& result : results) ASSERT_EQ(result, results[0]);
  }
}

TEST(Int8Linear, AnOutlierSpoilsItsOwnGroupAlone) {
  std::vector<float> x(256, 0.01f);
  x[3] = 1000;
  base::ThreadPool pool(1);
  for (const Int8Kernels* kernels : AllInt8Kernels()) {
    QuantizedRows quantized;
    quantized.Assign(pool, *kernels, x.data(), 1, 256);
    EXPECT_EQ(quantized.view().values[3], 127);
    EXPECT_EQ(quantized.view().values[4], 0);
    EXPECT_EQ(quantized.view().values[200], 127);
    EXPECT_EQ(quantized.view().corrections[0], -128 * 127);
  }
}

TEST(Int8Linear, NumbersThatAreNoneStayNone) {
  const Packed packed(Normals(256 * 32, 9), 256, 32);
  base::ThreadPool pool(1);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()}) {
    for (const Int8Kernels* kernels : AllInt8Kernels()) {
      std::vector<float> x(256, 1.0f), y(32);
      x[130] = bad;
      QuantizedRows quantized;
      quantized.Assign(pool, *kernels, x.data(), 1, 256);
      Int8Forward(pool, *kernels, y.data(), quantized, packed.matrix, nullptr);
      for (const float number : y) EXPECT_FALSE(std::isfinite(number));
    }
  }
}

TEST(Int8Linear, ZerosAndTheLeastNumbersAreZero) {
  const Packed packed(std::vector<float>(128 * 32, 0.0f), 128, 32);
  base::ThreadPool pool(1);
  for (const Int8Kernels* kernels : AllInt8Kernels()) {
    for (const float small : {0.0f, 1e-42f, -1e-35f}) {
      std::vector<float> x(128, small), y(32, 1.0f);
      QuantizedRows quantized;
      quantized.Assign(pool, *kernels, x.data(), 1, 128);
      Int8Forward(pool, *kernels, y.data(), quantized, packed.matrix, nullptr);
      for (const float number : y) EXPECT_EQ(number, 0);
    }
  }
}

}  // namespace
}  // namespace artspeak::nn
