#include "nn/packed_linear.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

constexpr PackedFormat kFormats[] = {PackedFormat::kBf16, PackedFormat::kInt8,
                                     PackedFormat::kInt4};

std::vector<PackedKernels> AllPackedKernels() {
  std::vector<PackedKernels> all;
  for (const InstructionSet set :
       {InstructionSet::kPlain, InstructionSet::kAvx2,
        InstructionSet::kAvx512}) {
    if (const auto kernels = PackedKernelsOf(set)) all.push_back(*kernels);
  }
  return all;
}

struct Packed {
  Packed(PackedFormat format, const std::vector<float>& weights, int64_t K,
         int64_t N)
      : matrix{format, K, N}, bytes(static_cast<size_t>(matrix.bytes())) {
    Pack(matrix, weights.data(), N, 1, 0, matrix.panels(), bytes.data());
    matrix.data = bytes.data();
  }
  std::vector<float> Unpacked() const {
    std::vector<float> all;
    std::vector<float> column(static_cast<size_t>(matrix.K));
    for (int64_t n = 0; n < matrix.N; ++n) {
      Unpack(matrix, n, column.data());
      all.insert(all.end(), column.begin(), column.end());
    }
    return all;  // (N, K)
  }
  PackedMatrix matrix;
  std::vector<std::byte> bytes;
};

std::vector<float> Forward(const PackedKernels& kernels, int threads,
                           const std::vector<float>& x, const Packed& packed,
                           const float* bias) {
  base::ThreadPool pool(threads);
  PackedLinear linear(kernels);
  const int64_t rows = static_cast<int64_t>(x.size()) / packed.matrix.K;
  std::vector<float> y(static_cast<size_t>(rows * packed.matrix.N));
  linear.Forward(pool, y.data(), x.data(), rows, packed.matrix, bias);
  return y;
}

struct Shape {
  int64_t rows, K, N;
};
// Whole and broken groups and panels, all numbers of rows that a tile takes,
// several tiles.
constexpr Shape kShapes[] = {
    {1, 128, 32},  {5, 256, 96},   {8, 200, 40}, {9, 4, 1},    {2, 1, 33},
    {17, 384, 64}, {3, 1021, 100}, {4, 130, 31}, {6, 128, 32}, {7, 256, 70}};

TEST(PackedMatrix, RoundsToTheNearestBfloat16) {
  const auto weights = Normals(300 * 70, 1);
  const auto unpacked =
      Packed(PackedFormat::kBf16, weights, 300, 70).Unpacked();
  for (int64_t n = 0; n < 70; ++n) {
    for (int64_t k = 0; k < 300; ++k) {
      const float weight = weights[k * 70 + n], rounded = unpacked[n * 300 + k];
      ASSERT_EQ(std::bit_cast<uint32_t>(rounded) & 0xffff, 0u);
      ASSERT_LE(std::fabs(rounded - weight), std::fabs(weight) / 256);
    }
  }
}

TEST(PackedMatrix, KeepsInt8WeightsToHalfAStep) {
  const int64_t K = 300, N = 70;
  const auto weights = Normals(K * N, 1);
  const auto unpacked = Packed(PackedFormat::kInt8, weights, K, N).Unpacked();
  for (int64_t n = 0; n < N; ++n) {
    for (int64_t begin = 0; begin < K; begin += kPackedGroup) {
      const int64_t end = std::min(K, begin + kPackedGroup);
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

// With the largest of 32 normal numbers, some 2.07 deviations, at 7 steps, a
// step is 0.296 and errors deviate by step / sqrt(12) = 0.0854. The search must
// do better.
TEST(PackedMatrix, Int4ErrsLessThanWithTheLargestAtItsEnd) {
  const int64_t K = 320, N = 70;
  const auto weights = Normals(K * N, 1);
  const auto unpacked = Packed(PackedFormat::kInt4, weights, K, N).Unpacked();
  double error = 0, naive = 0;
  for (int64_t n = 0; n < N; ++n) {
    for (int64_t begin = 0; begin < K; begin += kInt4Part) {
      float largest = 0;
      for (int64_t k = begin; k < begin + kInt4Part; ++k) {
        largest = std::max(largest, std::fabs(weights[k * N + n]));
      }
      for (int64_t k = begin; k < begin + kInt4Part; ++k) {
        const double weight = weights[k * N + n];
        error += std::pow(unpacked[n * K + k] - weight, 2);
        const double step = largest / 7;
        naive += std::pow(std::nearbyint(weight / step) * step - weight, 2);
      }
    }
  }
  EXPECT_LT(std::sqrt(error / double(K * N)), 0.0854);
  EXPECT_LT(error, 0.8 * naive);
}

TEST(PackedMatrix, Int4KeepsZerosAndSixteenEvenSteps) {
  std::vector<float> weights(128 * 32, 0.0f);
  for (int64_t k = 0; k < 32; ++k) {
    weights[k * 32 + 5] = 0.5f * static_cast<float>(k % 16 - 8);
  }
  weights[64 * 32 + 6] = 1e-38f;  // next to nothing
  const auto unpacked =
      Packed(PackedFormat::kInt4, weights, 128, 32).Unpacked();
  for (int64_t n = 0; n < 32; ++n) {
    for (int64_t k = 0; k < 128; ++k) {
      ASSERT_EQ(unpacked[n * 128 + k], n == 6 ? 0 : weights[k * 32 + n]);
    }
  }
}

TEST(PackedMatrix, TakesWeightsInEitherOrderAndPanelByPanel) {
  const int64_t K = 140, N = 37;
  const auto weights = Normals(K * N, 2);  // (N, K)
  std::vector<float> turned(weights.size());
  for (int64_t n = 0; n < N; ++n) {
    for (int64_t k = 0; k < K; ++k) turned[k * N + n] = weights[n * K + k];
  }
  for (const PackedFormat format : kFormats) {
    const Packed packed(format, turned, K, N);
    std::vector<std::byte> other(packed.bytes.size());
    for (const int64_t panel : {1, 0}) {
      Pack(packed.matrix, weights.data(), 1, K, panel, panel + 1, other.data());
    }
    EXPECT_EQ(packed.bytes, other);
  }
}

TEST(PackedLinear, MatchesItsFormula) {
  for (const PackedFormat format : kFormats) {
    for (const auto& [rows, K, N] : kShapes) {
      const auto x = Normals(rows * K, 3), bias = Normals(N, 4);
      const Packed packed(format, Normals(K * N, 5), K, N);
      const auto weights = packed.Unpacked();
      for (const PackedKernels& kernels : AllPackedKernels()) {
        const auto y = Forward(kernels, 2, x, packed, bias.data());
        for (int64_t row = 0; row < rows; ++row) {
          for (int64_t n = 0; n < N; ++n) {
            double sum = bias[n], bound = 1e-5;
            for (int64_t k = 0; k < K; ++k) {
              const double product =
                  double{x[row * K + k]} * weights[n * K + k];
              sum += product;
              // To the nearest bfloat16; the chain's own rounding besides.
              if (format == PackedFormat::kBf16) {
                bound +=
                    std::fabs(product) * (1.0 / 256 + double(K) / (1 << 23));
              }
            }
            // x is rounded to half of 1/127 of its group's largest number.
            for (int64_t begin = 0; format != PackedFormat::kBf16 && begin < K;
                 begin += kPackedGroup) {
              double largest = 0, absolute = 0;
              for (int64_t k = begin; k < std::min(K, begin + kPackedGroup);
                   ++k) {
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
}

// With numbers that need no rounding the products are exact.
TEST(PackedLinear, LosesNothingOfWholeNumbers) {
  const int64_t K = 160, N = 50;
  std::vector<float> x(3 * K), weights(K * N);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = i % 32 == 0 ? 127.0f : static_cast<float>(i * 7 % 41) - 20;
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = i / N % 32 == 0 ? -8.0f : static_cast<float>(i * 5 % 16) - 8;
  }
  for (const PackedFormat format : {PackedFormat::kBf16, PackedFormat::kInt4}) {
    const Packed packed(format, weights, K, N);
    for (const PackedKernels& kernels : AllPackedKernels()) {
      const auto y = Forward(kernels, 1, x, packed, nullptr);
      for (int64_t row = 0; row < 3; ++row) {
        for (int64_t n = 0; n < N; ++n) {
          double sum = 0;
          for (int64_t k = 0; k < K; ++k) {
            sum += double{x[row * K + k]} * weights[k * N + n];
          }
          ASSERT_EQ(y[row * N + n], sum);
        }
      }
    }
  }
}

TEST(PackedLinear, HasTheSameBitsWhateverTheThreadsAndTheOtherRows) {
  for (const PackedFormat format : kFormats) {
    for (const auto& [rows, K, N] : kShapes) {
      const auto x = Normals(rows * K, 6), bias = Normals(N, 7);
      const Packed packed(format, Normals(K * N, 8), K, N);
      std::vector<std::vector<float>> by_set;
      for (const PackedKernels& kernels : AllPackedKernels()) {
        const auto together = Forward(kernels, 1, x, packed, bias.data());
        ASSERT_EQ(Forward(kernels, 3, x, packed, bias.data()), together);
        std::vector<float> alone;
        for (int64_t row = 0; row < rows; ++row) {
          const auto one = Forward(
              kernels, 1, {x.begin() + row * K, x.begin() + (row + 1) * K},
              packed, bias.data());
          alone.insert(alone.end(), one.begin(), one.end());
        }
        ASSERT_EQ(alone, together);
        by_set.push_back(together);
      }
      if (format == PackedFormat::kBf16) continue;
      for (const auto& result : by_set) ASSERT_EQ(result, by_set[0]);
    }
  }
}

TEST(PackedKernels, AnOutlierSpoilsItsOwnGroupAlone) {
  std::vector<float> x(256, 0.01f);
  x[3] = 1000;
  for (const PackedKernels& kernels : AllPackedKernels()) {
    std::vector<int8_t> values(256);
    std::vector<float> scales(2);
    std::vector<int32_t> sums(8);
    kernels.quantize(values.data(), scales.data(), sums.data(), x.data(), 256);
    EXPECT_EQ(values[3], 127);
    EXPECT_EQ(values[4], 0);
    EXPECT_EQ(values[200], 127);
    EXPECT_EQ(sums,
              (std::vector<int32_t>{127, 0, 0, 0, 4064, 4064, 4064, 4064}));
  }
}

TEST(PackedLinear, NumbersThatAreNoneStayNone) {
  for (const PackedFormat format : kFormats) {
    const Packed packed(format, Normals(256 * 32, 9), 256, 32);
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
      for (const PackedKernels& kernels : AllPackedKernels()) {
        std::vector<float> x(256, 1.0f);
        x[130] = bad;
        for (const float number : Forward(kernels, 1, x, packed, nullptr)) {
          EXPECT_FALSE(std::isfinite(number));
        }
      }
    }
  }
}

TEST(PackedLinear, ZerosAndTheLeastNumbersAreZero) {
  for (const PackedFormat format : kFormats) {
    const Packed packed(format, std::vector<float>(128 * 32, 0.0f), 128, 32);
    for (const PackedKernels& kernels : AllPackedKernels()) {
      for (const float small : {0.0f, 1e-42f, -1e-35f}) {
        const std::vector<float> x(128, small);
        for (const float number : Forward(kernels, 1, x, packed, nullptr)) {
          EXPECT_EQ(number, 0);
        }
      }
    }
  }
}

}  // namespace
}  // namespace artspeak::nn
