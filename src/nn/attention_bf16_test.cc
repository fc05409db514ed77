// Attention whose products multiply bfloat16 numbers.

#include <gtest/gtest.h>

#include "nn/attention.h"
#include "nn/bf16_kernels.h"
#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

class AttentionBf16 : public ::testing::Test {
 protected:
  struct Results {
    std::vector<float> out, log_sum, dqkv;
  };

  void SetUp() override {
    if (products_ == nullptr) GTEST_SKIP() << "no AVX-512 with bfloat16 here";
  }

  Results Empty() const {
    const auto numbers = static_cast<size_t>(shape_.B * shape_.T * shape_.C());
    return {std::vector<float>(numbers),
            std::vector<float>(
                static_cast<size_t>(shape_.B * shape_.NH * shape_.T)),
            std::vector<float>(3 * numbers)};
  }
  Results InBf16(int threads = 2) {
    base::ThreadPool pool(threads);
    Results r = Empty();
    AttentionForward(pool, BestKernels(), *products_, shape_, r.out.data(),
                     r.log_sum.data(), qkv_.data(), mask_);
    AttentionBackward(pool, BestKernels(), *products_, shape_, r.dqkv.data(),
                      dout_.data(), r.log_sum.data(), qkv_.data(), mask_);
    return r;
  }
  Results InFp32() {
    base::ThreadPool pool(2);
    Results r = Empty();
    AttentionForward(pool, BestKernels(), BestKernels().panels, shape_,
                     r.out.data(), r.log_sum.data(), qkv_.data(), mask_);
    AttentionBackward(pool, BestKernels(), BestKernels().panels, shape_,
                      r.dqkv.data(), dout_.data(), r.log_sum.data(),
                      qkv_.data(), mask_);
    return r;
  }
  // Rounding to 8 bits errs by at most 2^-9 = 0.2 % of a number, by 0.11 % in
  // the root mean square. Both sides of a score are rounded: of its size
  // sqrt(D) before scaling that is 0.16 % of 1 afterwards, so weights err by as
  // much, and once more when they are rounded, as values are. A gradient of
  // queries or keys passes through three such products. Errors of different
  // numbers add up like their root, so relative norms stay near 0.2 to 0.5 %.
  void ExpectNearFp32() {
    const Results got = InBf16(), expected = InFp32();
    EXPECT_LT(RelativeDistance(got.out, expected.out), 0.01);
    EXPECT_LT(RelativeDistance(got.log_sum, expected.log_sum), 0.01);
    EXPECT_LT(RelativeDistance(got.dqkv, expected.dqkv), 0.01);
  }

  const Bf16Kernels* products_ = FindBf16Kernels();
  // An odd number of tokens, over a panel's 64, and of channels.
  AttentionShape shape_ = {.B = 2, .T = 155, .NH = 2, .D = 13};
  std::vector<float> qkv_ = Normals(shape_.B * shape_.T * 3 * shape_.C(), 1);
  std::vector<float> dout_ = Normals(shape_.B * shape_.T * shape_.C(), 2);
  DropoutMask mask_;
};

TEST_F(AttentionBf16, IsNearFp32) { ExpectNearFp32(); }

TEST_F(AttentionBf16, IsNearFp32WhereAHeadIsWiderThanAPanel) {
  shape_ = {.B = 1, .T = 70, .NH = 1, .D = 80};
  qkv_ = Normals(shape_.T * 3 * shape_.C(), 1);
  dout_ = Normals(shape_.T * shape_.C(), 2);
  ExpectNearFp32();
}

TEST_F(AttentionBf16, DropsTheSameWeightsAsFp32) {
  const auto plain = InBf16().out;
  mask_ = DropoutMask(0.3f, 7, 1);
  ExpectNearFp32();
  EXPECT_GT(LargestDifference(InBf16().out, plain), 0.1);
}

TEST_F(AttentionBf16, DoesNotSeeTheFuture) {
  const auto before = InBf16().out;
  const int64_t untouched = (shape_.T - 1) * shape_.C();
  // The last token of the first window changes.
  for (int64_t i = 0; i < 3 * shape_.C(); ++i) qkv_[3 * untouched + i] += 1;
  const auto after = InBf16().out;
  EXPECT_TRUE(
      std::equal(before.begin(), before.begin() + untouched, after.begin()));
  EXPECT_NE(before[untouched], after[untouched]);
}

TEST_F(AttentionBf16, HasTheSameBitsOnAnyNumberOfThreads) {
  const Results one = InBf16(1), three = InBf16(3);
  EXPECT_EQ(one.out, three.out);
  EXPECT_EQ(one.dqkv, three.dqkv);
}

}  // namespace
}  // namespace artspeak::nn
