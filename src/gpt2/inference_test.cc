#include "gpt2/inference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "gpt2/model_directory.h"
#include "gpt2/test_model.h"
#include "gpt2/training_pass.h"
#include "tests/support/testing.h"

namespace artspeak::gpt2 {
namespace {

using base::Error;
using Row = std::vector<float>;

constexpr KvFormat kFormats[] = {KvFormat::kFp32, KvFormat::kBf16,
                                 KvFormat::kInt8};

class InferenceTest : public ::testing::Test {
 protected:
  // Logits of `tokens`' last one, appended in slices of `lengths`.
  Row Logits(KvFormat kv, std::span<const int32_t> tokens,
             std::vector<size_t> lengths) {
    KvCache cache(config_, config_.context, kv);
    Row last;
    for (const size_t length : lengths) {
      const Slice slice{&cache, tokens.first(length)};
      const auto logits = inference_.Step({&slice, 1});
      last.assign(logits.begin(), logits.end());
      tokens = tokens.subspan(length);
    }
    EXPECT_TRUE(tokens.empty());
    return last;
  }

  testing::TempDir folder_;
  const Config config_ = SmallConfig();
  const Parameters parameters_ = RandomParameters(config_);
  const std::shared_ptr<const Model> model_ = SaveAndLoad();
  base::ThreadPool pool_{2};
  Inference inference_{model_, pool_};

 private:
  std::shared_ptr<const Model> SaveAndLoad() {
    SaveModel(folder_.path(), config_, parameters_);
    return Model::Load(folder_.path());
  }
};

// The same sums in another order: logits of about 3 after two layers, some
// hundred roundings of 6e-8 each.
TEST_F(InferenceTest, LogitsAreThoseOfTraining) {
  const auto tokens = RandomTokens(20, config_.vocab_size);
  TrainingPass pass(config_, 1, 20, pool_);
  pass.Forward(parameters_, tokens, {});
  const auto all = inference_.AllLogits(tokens);
  ASSERT_EQ(all.size(), pass.logits().size());
  for (size_t i = 0; i < all.size(); ++i) {
    ASSERT_NEAR(all[i], pass.logits()[i], 2e-5);
  }
}

TEST_F(InferenceTest, SlicingATextChangesNoBit) {
  const auto tokens = RandomTokens(23, config_.vocab_size);
  for (const KvFormat kv : kFormats) {
    const Row whole = Logits(kv, tokens, {23});
    EXPECT_EQ(Logits(kv, tokens, std::vector<size_t>(23, 1)), whole);
    EXPECT_EQ(Logits(kv, tokens, {17, 1, 5}), whole);
    const auto all = inference_.AllLogits(tokens, kv);
    EXPECT_TRUE(std::equal(whole.begin(), whole.end(), all.end() - 41));
  }
}

TEST_F(InferenceTest, CompanyAndThreadsChangeNoBit) {
  const auto first = RandomTokens(9, config_.vocab_size, 1);
  const auto second = RandomTokens(18, config_.vocab_size, 2);
  const auto third = RandomTokens(1, config_.vocab_size, 3);
  for (const KvFormat kv : kFormats) {
    const Row alone[] = {Logits(kv, first, {9}), Logits(kv, second, {18}),
                         Logits(kv, third, {1})};
    for (const int threads : {1, 3}) {
      base::ThreadPool pool(threads);
      Inference inference(model_, pool);
      KvCache a(config_, 9, kv), b(config_, 24, kv), c(config_, 1, kv);
      const Slice slices[] = {{&a, first}, {&b, second}, {&c, third}};
      const auto together = inference.Step(slices);
      ASSERT_EQ(together.size(), 3u * 41);
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(std::equal(alone[i].begin(), alone[i].end(),
                               together.begin() + static_cast<long>(i) * 41));
      }
    }
  }
}

TEST_F(InferenceTest, CachesOfDifferentFormatsShareAStep) {
  const auto tokens = RandomTokens(18, config_.vocab_size);
  KvCache a(config_, 24, KvFormat::kFp32), b(config_, 24, KvFormat::kBf16),
      c(config_, 24, KvFormat::kInt8);
  const Slice slices[] = {{&a, tokens}, {&b, tokens}, {&c, tokens}};
  const auto together = inference_.Step(slices);
  const Row logits(together.begin(), together.end());
  for (size_t i = 0; i < 3; ++i) {
    const Row alone = Logits(kFormats[i], tokens, {18});
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(),
                           logits.begin() + static_cast<long>(i) * 41));
  }
}

// Capacities whose runs are one block of bytes long and two.
TEST_F(InferenceTest, CopiedCacheGoesOnAsTheOriginal) {
  const std::vector<int32_t> next = {7};
  for (const KvFormat kv : kFormats) {
    for (const auto& [length, capacity] : {std::pair(10, 11), {18, 20}}) {
      const auto prompt = RandomTokens(length, config_.vocab_size);
      KvCache original(config_, 24, kv), copy(config_, capacity, kv);
      Slice slice{&original, prompt};
      inference_.Step({&slice, 1});
      copy.CopyFrom(original);
      EXPECT_EQ(copy.length(), length);
      const Slice both[] = {{&original, next}, {&copy, next}};
      const auto logits = inference_.Step(both);
      EXPECT_TRUE(
          std::equal(logits.begin(), logits.begin() + 41, logits.begin() + 41));
      EXPECT_EQ(copy.length(), length + 1);
    }
  }
}

TEST_F(InferenceTest, ClearedCacheStartsAnew) {
  const auto tokens = RandomTokens(5, config_.vocab_size);
  KvCache cache(config_, 8);
  const Slice slice{&cache, tokens};
  const auto first = inference_.Step({&slice, 1});
  const Row before(first.begin(), first.end());
  cache.Clear();
  EXPECT_TRUE(std::ranges::equal(inference_.Step({&slice, 1}), before));
}

TEST_F(InferenceTest, TellsWhereItsTimeWent) {
  EXPECT_EQ(inference_.times().products, 0);
  const base::Stopwatch watch;
  StepTimes before;
  for (int step = 0; step < 2; ++step) {
    inference_.AllLogits(RandomTokens(20, config_.vocab_size));
    const StepTimes& times = inference_.times();
    EXPECT_GT(times.products, before.products);
    EXPECT_GT(times.attention, before.attention);
    EXPECT_GT(times.rest, before.rest);
    EXPECT_LE(times.products + times.attention + times.rest, watch.seconds());
    before = times;
  }
}

TEST_F(InferenceTest, BadTokensAreRefusedAndChangeNothing) {
  KvCache cache(config_, 8);
  for (const int32_t bad : {-1, 41, 1 << 30}) {
    const std::vector<int32_t> tokens = {1, bad};
    const Slice slice{&cache, tokens};
    EXPECT_THROW(inference_.Step({&slice, 1}), Error);
    EXPECT_THROW(inference_.AllLogits(tokens), Error);
  }
  const Slice none{&cache, {}};
  EXPECT_THROW(inference_.Step({&none, 1}), Error);
  EXPECT_EQ(cache.length(), 0);
}

TEST_F(InferenceTest, TextBeyondTheWindowIsRefused) {
  KvCache cache(config_, 8);
  const auto tokens = RandomTokens(9, config_.vocab_size);
  const Slice slice{&cache, tokens};
  EXPECT_THROW(inference_.Step({&slice, 1}), Error);
  EXPECT_EQ(cache.length(), 0);
  EXPECT_THROW(inference_.AllLogits(RandomTokens(25, 41)), Error);
  EXPECT_THROW(inference_.AllLogits({}), Error);
  EXPECT_THROW(KvCache(config_, 25), Error);
  EXPECT_THROW(KvCache(config_, 0), Error);
}

}  // namespace
}  // namespace artspeak::gpt2
