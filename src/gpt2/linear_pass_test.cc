#include "gpt2/linear_pass.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nn/test_numbers.h"

namespace artspeak::gpt2 {
namespace {

constexpr int64_t kN = 75;
constexpr int kRank = 5;

struct Results {
  std::vector<float> out, din, dweight, da, db;
};

Results Compute(Precision precision, LinearShape shape) {
  const auto [In, Out, transposed] = shape;
  base::ThreadPool pool(2);
  LinearPass pass(precision, pool, kN, In, Out, In * Out);
  LinearInput input(precision, kN, In);
  std::ranges::copy(nn::Normals(kN * In, 1), pass.Stage(input));
  pass.Keep(input);
  const auto weight = nn::Normals(In * Out, 2), dout = nn::Normals(kN * Out, 3);
  Results r{std::vector<float>(kN * Out), std::vector<float>(kN * In),
            nn::Normals(In * Out, 4), nn::Normals(In * kRank, 7),
            nn::Normals(Out * kRank, 8)};
  pass.Forward(r.out.data(), input, weight.data(), shape,
               [&](int64_t begin, int64_t end) {
                 std::fill_n(r.out.begin() + begin * Out, (end - begin) * Out,
                             0.5f);
               },
               {});
  const auto a = nn::Normals(In * kRank, 5), b = nn::Normals(Out * kRank, 6);
  const LowRankChange change = {.rank = kRank,
                                .scale = 0.7f,
                                .a = a.data(),
                                .b = b.data(),
                                .da = r.da.data(),
                                .db = r.db.data()};
  pass.Backward(
      {.in = r.din.data(), .weight = r.dweight.data(), .low_rank = &change},
      dout.data(), input, weight.data(), shape, 0.3f, {});
  return r;
}

// The loss is linear in each number, so a slope errs by rounding alone: outputs
// of about 10, 2 200 of them in the sum and each rounded by 1e-6, move by a
// step of 1. A sum of 130 products of the gradients errs by less.
TEST(LinearPass, GradientsMatchFiniteDifferencesInBothOrientations) {
  for (const LinearShape shape :
       {LinearShape{30, 29, false}, LinearShape{30, 29, true}}) {
    base::ThreadPool pool(2);
    LinearPass pass(Precision::kFp32, pool, kN, shape.In, shape.Out,
                    shape.In * shape.Out);
    auto in = nn::Normals(kN * shape.In, 1);
    auto weight = nn::Normals(shape.In * shape.Out, 2);
    const auto dout = nn::Normals(kN * shape.Out, 3);
    LinearInput input(Precision::kFp32, kN, shape.In);
    std::vector<float> out(dout.size());
    const auto loss = [&] {
      std::ranges::copy(in, pass.Stage(input));
      pass.Forward(out.data(), input, weight.data(), shape, {}, {});
      double sum = 0;
      for (size_t i = 0; i < out.size(); ++i) sum += double{out[i]} * dout[i];
      return sum;
    };
    loss();
    std::vector<float> din(in.size(), 1.0f), dweight(weight.size());
    pass.Backward(
        {.in = din.data(), .add_to_in = true, .weight = dweight.data()},
        dout.data(), input, weight.data(), shape, 1, {});
    for (size_t i = 0; i < in.size(); i += 71) {
      EXPECT_NEAR(din[i], 1 + nn::Slope(in, i, 1, loss), 1e-3);
    }
    for (size_t i = 0; i < weight.size(); i += 31) {
      EXPECT_NEAR(dweight[i], nn::Slope(weight, i, 1, loss), 1e-3);
    }
  }
}

// Both factors of each product are rounded to 8 bits, by 0.11 % in the root
// mean square, so a product errs by 0.16 %, and so do sums of independent ones.
TEST(LinearPass, Bfloat16IsNearFp32InBothOrientations) {
  if (FastestPrecision() != Precision::kBf16) GTEST_SKIP() << "not here";
  for (const LinearShape shape :
       {LinearShape{33, 130, false}, LinearShape{64, 71, true}}) {
    const Results got = Compute(Precision::kBf16, shape);
    const Results expected = Compute(Precision::kFp32, shape);
    EXPECT_LT(nn::RelativeDistance(got.out, expected.out), 0.004);
    EXPECT_LT(nn::RelativeDistance(got.din, expected.din), 0.004);
    EXPECT_LT(nn::RelativeDistance(got.dweight, expected.dweight), 0.004);
    EXPECT_LT(nn::RelativeDistance(got.da, expected.da), 0.004);
    EXPECT_LT(nn::RelativeDistance(got.db, expected.db), 0.004);
  }
}

}  // namespace
}  // namespace artspeak::gpt2
