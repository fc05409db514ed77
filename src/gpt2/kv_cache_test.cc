// What the formats of keys and values cost: in memory, and in perplexity on a
// model that learnt to look back.
#include "gpt2/kv_cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "base/error.h"
#include "gpt2/evaluation.h"
#include "gpt2/inference.h"
#include "gpt2/test_model.h"
#include "gpt2/training_pass.h"

namespace artspeak::gpt2 {
namespace {

TEST(KvFormat, NamesAreReadBack) {
  for (const KvFormat format :
       {KvFormat::kFp32, KvFormat::kBf16, KvFormat::kInt8}) {
    EXPECT_EQ(ParseKvFormat(NameOf(format)), format);
  }
  for (const char* name : {"", "int", "INT8", "fp16"}) {
    EXPECT_THROW(ParseKvFormat(name), base::Error) << name;
  }
}

TEST(KvCache, TakesFloatsWithWeightsInFloatsAndHalvesWithPackedOnes) {
  Config config = SmallConfig();
  EXPECT_EQ(KvCache(config, 8).format(), KvFormat::kFp32);
  config.weights = WeightFormat::kInt8;
  EXPECT_EQ(KvCache(config, 8).format(), KvFormat::kBf16);
  EXPECT_EQ(KvCache(config, 8, KvFormat::kInt8).format(), KvFormat::kInt8);
}

TEST(KvCache, OfFiveTextsOf355MIsAsLargeAsPromised) {
  const Config config{.layers = 24, .width = 1024, .heads = 16};
  const int64_t numbers = int64_t{2} * 24 * 1024 * 416;
  EXPECT_EQ(KvCache(config, 416, KvFormat::kFp32).bytes(), 4 * numbers);
  EXPECT_EQ(KvCache(config, 416, KvFormat::kBf16).bytes(), 2 * numbers);
  const int64_t scales = int64_t{2} * 24 * 16 * 416;
  EXPECT_EQ(KvCache(config, 416, KvFormat::kInt8).bytes(),
            numbers + 4 * scales);
  EXPECT_LT(5 * KvCache(config, 416, KvFormat::kInt8).bytes(), 109'000'000);
}

TEST(KvCache, GrowsWithoutLosingAToken) {
  // Wide enough that the last steps are moved as large blocks.
  const Config config{
      .vocab_size = 50, .context = 700, .layers = 2, .width = 128, .heads = 4};
  base::ThreadPool pool(1);
  const Parameters parameters = RandomParameters(config);
  Inference inference(std::make_shared<const Model>(parameters), pool);
  const std::vector<int32_t> tokens = RandomTokens(650, config.vocab_size);
  for (const KvFormat format :
       {KvFormat::kFp32, KvFormat::kBf16, KvFormat::kInt8}) {
    const auto all = inference.AllLogits(tokens, format).last(50);
    const std::vector<float> expected(all.begin(), all.end());
    KvCache cache(config, 3, format);
    std::span<const int32_t> rest(tokens);
    std::vector<float> logits;
    for (const int capacity : {3, 4, 21, 100, 600, 650}) {
      cache.Grow(capacity);
      const auto free = static_cast<size_t>(capacity - cache.length());
      const Slice slice{&cache, rest.first(free)};
      const auto last = inference.Step({&slice, 1});
      logits.assign(last.begin(), last.end());
      rest = rest.subspan(free);
    }
    EXPECT_EQ(logits, expected) << NameOf(format);
  }
}

// Windows of 20 tokens: a key, then a count upwards in steps of the key, of
// which every fourth is any number at all. Whoever does not look back at the
// key cannot tell the next.
constexpr int kVocabulary = 29, kWindow = 20;

std::vector<int32_t> Windows(int count, uint64_t seed) {
  base::RandomStream random(seed);
  const auto below = [&](uint64_t end) {
    return static_cast<int32_t>(random.Below(end));
  };
  std::vector<int32_t> tokens;
  for (int window = 0; window < count; ++window) {
    const int32_t key = 1 + below(8);
    int32_t last = below(kVocabulary);
    tokens.push_back(key);
    for (int i = 1; i < kWindow; ++i) {
      last = below(4) == 0 ? below(kVocabulary) : (last + key) % kVocabulary;
      tokens.push_back(last);
    }
  }
  return tokens;
}

Config LookingBack() {
  return {.vocab_size = kVocabulary,
          .context = kWindow - 1,
          .layers = 2,
          .width = 48,
          .heads = 3};
}

// Trained by signs of gradients, by steps that shrink.
Parameters Trained(base::ThreadPool& pool) {
  constexpr int kSteps = 1000, kBatch = 16;
  Parameters parameters = InitialParameters(LookingBack(), 1);
  TrainingPass pass(LookingBack(), kBatch, kWindow - 1, pool);
  for (int step = 0; step < kSteps; ++step) {
    const auto tokens = Windows(kBatch, 1000 + static_cast<uint64_t>(step));
    std::vector<int32_t> inputs, targets;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (i % kWindow != kWindow - 1) inputs.push_back(tokens[i]);
      if (i % kWindow != 0) targets.push_back(tokens[i]);
    }
    pass.Forward(parameters, inputs, targets);
    Parameters gradients(LookingBack());
    pass.Backward(parameters, 1, gradients);
    const float rate = 2e-3f * static_cast<float>(kSteps - step) / kSteps;
    for (size_t i = 0; i < gradients.flat().size(); ++i) {
      const float gradient = gradients.flat()[i];
      if (gradient != 0) {
        parameters.flat()[i] -= std::copysign(rate, gradient);
      }
    }
  }
  return parameters;
}

// The next is the last number and a key, at three of four; by the last number
// alone it is one of eight: 8 · 0.102 · ln(1 / 0.102) + 21 · 0.0086 ·
// ln(1 / 0.0086) = 2.7 nats. With a head's largest number some 2.5 deviations,
// a byte errs by 2.5 / 127 / sqrt(12) = 0.6 % of a deviation; two layers make
// that at most some 2 % in logits of deviation 3, so a token's loss moves by
// 0.06 · sqrt(2) to either side, which over 7600 tokens makes 0.001, and to
// second order by 0.06² / 2 = 0.002. Another row's scale moves it by 0.2.
TEST(KvFormat, RoundingChangesPerplexityByLessThanThreeInAThousand) {
  base::ThreadPool pool(2);
  const Parameters parameters = Trained(pool);
  const auto model = std::make_shared<const Model>(parameters);
  constexpr int kTests = 400;
  const auto tokens = Windows(kTests, 1);
  const auto loss = [&](KvFormat format) {
    double total = 0;
    for (size_t i = 0; i < kTests; ++i) {
      total += Evaluate(model, std::span(tokens).subspan(i * kWindow, kWindow),
                        kWindow - 1, pool, format)
                   .loss;
    }
    return total / kTests;
  };
  const double exact = loss(KvFormat::kFp32);
  EXPECT_LT(exact, 2.2);  // it looks back
  for (const KvFormat format : {KvFormat::kBf16, KvFormat::kInt8}) {
    const double rounded = loss(format);
    EXPECT_NEAR(rounded, exact, 0.003) << NameOf(format);
    EXPECT_NE(rounded, exact) << NameOf(format);
  }
}

}  // namespace
}  // namespace artspeak::gpt2
