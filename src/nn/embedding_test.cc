#include "nn/embedding.h"

#include <gtest/gtest.h>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

constexpr EmbeddingShape kShape = {.B = 2, .T = 3, .C = 150};
const std::vector<int32_t> kIds = {4, 0, 4, 1, 4, 4};

TEST(Embedding, AddsTokenAndPosition) {
  base::ThreadPool pool(2);
  const auto wte = Normals(5 * kShape.C, 1), wpe = Normals(9 * kShape.C, 2);
  std::vector<float> out(static_cast<size_t>(6 * kShape.C));
  EmbeddingForward(pool, BestKernels(), kShape, out.data(), kIds.data(),
                   wte.data(), wpe.data());
  for (int64_t i = 0; i < 6; ++i) {
    for (int64_t c = 0; c < kShape.C; ++c) {
      ASSERT_EQ(out[i * kShape.C + c],
                wte[kIds[i] * kShape.C + c] + wpe[i % 3 * kShape.C + c]);
    }
  }
}

// The embedding is linear, so its gradient is the plain sum of what reaches
// each row: a token that occurs four times gets four.
TEST(Embedding, BackwardAddsEveryOccurrence) {
  base::ThreadPool pool(2);
  const auto dout = Normals(6 * kShape.C, 3);
  std::vector<float> dwte(static_cast<size_t>(5 * kShape.C), 1.0f);
  std::vector<float> dwpe(static_cast<size_t>(9 * kShape.C));
  EmbeddingBackward(pool, BestKernels(), kShape, dwte.data(), dwpe.data(),
                    dout.data(), kIds.data());
  for (int64_t c = 0; c < kShape.C; ++c) {
    const auto d = [&](int64_t i) { return dout[i * kShape.C + c]; };
    ASSERT_NEAR(dwte[4 * kShape.C + c], 1 + d(0) + d(2) + d(4) + d(5), 1e-6);
    ASSERT_EQ(dwte[2 * kShape.C + c], 1);
    ASSERT_NEAR(dwpe[1 * kShape.C + c], d(1) + d(4), 1e-6);
    ASSERT_EQ(dwpe[3 * kShape.C + c], 0);
  }
}

}  // namespace
}  // namespace artspeak::nn
