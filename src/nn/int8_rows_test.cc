// Keys and values of 8 bits on every instruction set of this machine, against
// naive references in double precision.
#include "nn/int8_rows.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cstring>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

constexpr int64_t kWidths[] = {1, 8, 20, 48, 64, 80};

// Some rows, stored, and what they then stand for.
class Rows {
 public:
  Rows(int64_t count, int64_t D)
      : count_(count),
        D_(D),
        blocks_(static_cast<size_t>(Int8RowsBytes(count, D)),
                static_cast<std::byte>(0xff)) {}  // scales that are none

  // N(0, 1), each row times a number from 1/4 to 4 of its own: so a neighbour's
  // scale is a wrong one.
  static Rows Random(const Kernels& kernels, int64_t count, int64_t D,
                     uint64_t seed) {
    Rows rows(count, D);
    base::RandomStream random(seed);
    for (int64_t row = 0; row < count; ++row) {
      auto numbers = Normals(D, seed + 1 + static_cast<uint64_t>(row));
      const auto size = static_cast<float>(std::exp2(4 * random.Uniform() - 2));
      for (float& number : numbers) number *= size;
      kernels.store_int8_row(rows.data(), row, numbers.data(), D);
    }
    return rows;
  }

  std::byte* data() { return blocks_.data(); }
  const std::vector<std::byte>& blocks() const { return blocks_; }
  size_t ScalePlace(int64_t row) const {
    return Block(row) + static_cast<size_t>(row % 16 * 4);
  }
  size_t BytePlace(int64_t row, int64_t d) const {
    return Block(row) + static_cast<size_t>(16 * 4 + row % 16 * D_ + d);
  }
  float Scale(int64_t row) const {
    float scale;
    std::memcpy(&scale, blocks_.data() + ScalePlace(row), sizeof scale);
    return scale;
  }
  int Byte(int64_t row, int64_t d) const {
    return static_cast<int8_t>(blocks_[BytePlace(row, d)]);
  }
  double Number(int64_t row, int64_t d) const {
    return double{Scale(row)} * Byte(row, d);
  }

 private:
  size_t Block(int64_t row) const {
    return static_cast<size_t>(row / 16 * 16 * (4 + D_));
  }
  int64_t count_, D_;
  std::vector<std::byte> blocks_;
};

TEST(Int8Rows, KeepANumberToHalfAStep) {
  for (const int64_t D : kWidths) {
    const auto in = Normals(D, 1);
    float largest = 0;
    for (const float x : in) largest = std::max(largest, std::fabs(x));
    for (const Kernels* kernels : AllKernels()) {
      Rows rows(40, D);
      kernels->store_int8_row(rows.data(), 19, in.data(), D);
      ASSERT_EQ(rows.Scale(19), largest / 127);
      for (int64_t d = 0; d < D; ++d) {
        // x · (127 / largest) is rounded twice or thrice before it becomes
        // whole: up to 127 · 3 half units.
        ASSERT_LE(std::fabs(in[d] / double{rows.Scale(19)} - rows.Byte(19, d)),
                  0.5 + 127 * 3 * FLT_EPSILON / 2);
        if (std::fabs(in[d]) == largest) {
          ASSERT_EQ(rows.Byte(19, d), in[d] > 0 ? 127 : -127);
        }
      }
    }
  }
}

TEST(Int8Rows, AreStoredWithoutTouchingOthers) {
  for (const int64_t D : kWidths) {
    for (const Kernels* kernels : AllKernels()) {
      Rows rows(40, D);
      for (const int64_t row : {0, 15, 16, 39}) {
        std::vector<std::byte> expected = rows.blocks();
        kernels->store_int8_row(rows.data(), row, Normals(D, 1).data(), D);
        for (size_t i = 0; i < 4; ++i) {
          const size_t at = rows.ScalePlace(row) + i;
          expected[at] = rows.blocks()[at];
        }
        for (int64_t d = 0; d < D; ++d) {
          const size_t at = rows.BytePlace(row, d);
          expected[at] = rows.blocks()[at];
        }
        ASSERT_EQ(rows.blocks(), expected);
      }
    }
  }
}

TEST(Int8Rows, OfAlmostNothingAreZeros) {
  for (const float x : {0.0f, 1e-31f, -1e-40f}) {
    const std::vector<float> in(20, x);
    for (const Kernels* kernels : AllKernels()) {
      Rows rows(1, 20);
      kernels->store_int8_row(rows.data(), 0, in.data(), 20);
      for (int64_t d = 0; d < 20; ++d) EXPECT_EQ(rows.Number(0, d), 0);
    }
  }
}

TEST(Int8Rows, OfTheLargestAndTheLeastNumbersKeepThem) {
  for (const float x : {FLT_MAX, -FLT_MAX, 2e-30f}) {
    const std::vector<float> in(20, x);
    for (const Kernels* kernels : AllKernels()) {
      Rows rows(1, 20);
      kernels->store_int8_row(rows.data(), 0, in.data(), 20);
      for (int64_t d = 0; d < 20; ++d) {
        EXPECT_NEAR(rows.Number(0, d) / x, 1, 2 * FLT_EPSILON);
      }
    }
  }
}

// Against the numbers that the bytes stand for. With u = FLT_EPSILON / 2, to
// first order: a score errs by δ, (D + 4) u of the sum of its products'
// magnitudes, and u of its own size for each of scaling and subtracting the
// largest; a likelihood by 2 δ relative, 3 · 2 u of exp, and the sum of
// likelihoods in four lanes or more, length / 4 + 16 roundings; the weighed sum
// by length / 2 + 20 (two chains or more, up to 15 rows behind them), all of
// the sum of its terms' magnitudes.
TEST(Int8Rows, AttentionMatchesItsFormula) {
  for (const int64_t D : kWidths) {
    for (const int64_t length : {1, 2, 4, 7, 15, 16, 17, 33, 100, 416, 1000}) {
      const auto q = Normals(D, 1);
      const double scale = 1 / std::sqrt(static_cast<double>(D));
      for (const Kernels* kernels : AllKernels()) {
        Rows keys = Rows::Random(*kernels, length, D, 100);
        Rows values = Rows::Random(*kernels, length, D, 5000);
        std::vector<double> p(static_cast<size_t>(length));
        double sum = 0, score_error = 0;
        const double u = FLT_EPSILON / 2;
        for (int64_t i = 0; i < length; ++i) {
          double score = 0, size = 0;
          for (int64_t d = 0; d < D; ++d) {
            score += q[d] * keys.Number(i, d) * scale;
            size += std::fabs(q[d] * keys.Number(i, d) * scale);
          }
          sum += p[i] = std::exp(score);
          score_error =
              std::max(score_error, (static_cast<double>(D) + 4) * u * size +
                                        3 * u * std::fabs(score));
        }
        const double relative =
            2 * score_error + (static_cast<double>(length) + 50) * u;
        std::vector<float> out(static_cast<size_t>(D), 7.0f),
            scores(static_cast<size_t>(length));
        kernels->attend_int8(out.data(), scores.data(), q.data(), keys.data(),
                             values.data(), length, D,
                             static_cast<float>(scale));
        for (int64_t d = 0; d < D; ++d) {
          double expected = 0, size = 0;
          for (int64_t i = 0; i < length; ++i) {
            expected += p[i] / sum * values.Number(i, d);
            size += p[i] / sum * std::fabs(values.Number(i, d));
          }
          ASSERT_NEAR(out[d], expected, relative * size + 1e-30)
              << "length " << length << ", D " << D;
        }
      }
    }
  }
}

TEST(Int8Rows, NumbersThatAreNoneAreNotHidden) {
  for (const int64_t D : kWidths) {
    const int64_t length = 21;
    const auto q = Normals(D, 1);
    for (const Kernels* kernels : AllKernels()) {
      for (const float bad : {NAN, -NAN, INFINITY, -INFINITY}) {
        for (const bool in_values : {false, true}) {
          Rows keys = Rows::Random(*kernels, length, D, 100);
          Rows values = Rows::Random(*kernels, length, D, 5000);
          for (const int64_t row : {3, 20}) {
            auto numbers = Normals(D, 9);
            numbers.back() = bad;
            kernels->store_int8_row((in_values ? values : keys).data(), row,
                                    numbers.data(), D);
            std::vector<float> out(static_cast<size_t>(D)), scores(length);
            kernels->attend_int8(out.data(), scores.data(), q.data(),
                                 keys.data(), values.data(), length, D, 0.3f);
            for (const float x : out) EXPECT_FALSE(std::isfinite(x));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace artspeak::nn
