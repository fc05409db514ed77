#include "decode/batch_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "decode/test_distribution.h"
#include "tests/support/tiny_model.h"

namespace artspeak::decode {
namespace {

constexpr int kTexts = 40;

class BatchSamplerTest : public ::testing::Test {
 protected:
  BatchSamplerTest() {
    config_.vocab_size = tokenizer_.vocab_size();
    config_.context = 16;
    config_.layers = config_.heads = 1;
    config_.width = 4;
    for (int i = 0; i < kTexts; ++i) {
      logits_.push_back(RandomLogits(config_.vocab_size, 3.0, i));
    }
  }

  std::vector<Draw> Run(int threads) {
    base::ThreadPool pool(threads);
    BatchSampler sampler(pool);
    sequences_.clear();
    std::vector<Draw> draws;
    for (int i = 0; i < kTexts; ++i) {
      sequences_.push_back(std::make_unique<Sequence>(
          FirstWindow({}, tokenizer_, config_), TextOptions{},
          base::RandomStream(1, i), tokenizer_, config_));
      draws.push_back({sequences_.back().get(), logits_[i]});
    }
    sampler.Run(draws);
    return draws;
  }

  text::Tokenizer tokenizer_ = testing::TinyTokenizer();
  gpt2::Config config_;
  std::vector<std::vector<float>> logits_;
  std::vector<std::unique_ptr<Sequence>> sequences_;
};

TEST_F(BatchSamplerTest, DrawsWhatOneSamplerDrawsOneAfterTheOther) {
  Sampler sampler;
  std::vector<text::TokenId> expected;
  for (int i = 0; i < kTexts; ++i) {
    base::RandomStream random(1, i);
    expected.push_back(sampler.Sample(logits_[i], {}, random));
  }
  for (const int threads : {1, 2, 5}) {
    const auto draws = Run(threads);
    for (int i = 0; i < kTexts; ++i) {
      EXPECT_EQ(draws[i].token, expected[i]) << i << ", " << threads;
      EXPECT_EQ(draws[i].fault, "");
    }
  }
}

TEST_F(BatchSamplerTest, AFaultIsOfItsTextAlone) {
  const auto good = Run(1);
  for (int i = 0; i < kTexts; i += 3) logits_[i][7] = std::nanf("");
  const auto draws = Run(3);
  for (int i = 0; i < kTexts; ++i) {
    EXPECT_EQ(draws[i].fault.empty(), i % 3 != 0) << i;
    if (i % 3 != 0) {
      EXPECT_EQ(draws[i].token, good[i].token) << i;
    }
  }
}

}  // namespace
}  // namespace artspeak::decode
