#include "train/lora.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "gpt2/training_pass.h"

namespace artspeak::train {
namespace {

constexpr int kRank = 3;

const gpt2::Config kConfig = {
    .vocab_size = 41, .context = 24, .layers = 2, .width = 12, .heads = 3};

std::vector<float> Numbers(int64_t count, uint64_t stream,
                           double deviation = 1) {
  base::RandomStream random(1, stream);
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(deviation * random.Normal());
  }
  return values;
}

// W0 + scale · A · B in double precision, of the whole model.
std::vector<double> Merged(const Lora& lora, std::span<const float> base,
                           std::span<const float> adapters) {
  std::vector<double> merged(base.begin(), base.end());
  for (const LoraMatrix& m : lora.matrices()) {
    for (int64_t i = 0; i < m.In; ++i) {
      for (int64_t j = 0; j < m.Out; ++j) {
        double sum = 0;
        for (int64_t k = 0; k < kRank; ++k) {
          sum += double{adapters[m.a + i * kRank + k]} *
                 adapters[m.b + k * m.Out + j];
        }
        merged[m.weight + i * m.Out + j] += Lora::kScale * sum;
      }
    }
  }
  return merged;
}

TEST(Lora, AdaptsTheFourMatricesOfEachBlock) {
  base::ThreadPool pool(1);
  const Lora lora(kConfig, kRank, pool);
  ASSERT_EQ(lora.matrices().size(), 4u * kConfig.layers);
  // In + Out of the four: 4C + 2C + 5C + 5C.
  EXPECT_EQ(lora.size(), 16 * kConfig.width * kRank * kConfig.layers);
  const auto tensors = gpt2::TensorPlaces(kConfig);
  for (const LoraMatrix& m : lora.matrices()) {
    const auto tensor =
        std::ranges::find(tensors, m.weight, &gpt2::TensorPlace::offset);
    ASSERT_NE(tensor, tensors.end());
    EXPECT_TRUE(tensor->name.starts_with("h.")) << tensor->name;
    EXPECT_EQ(tensor->shape, (std::vector<int64_t>{m.In, m.Out}));
  }
}

TEST(Lora, BeginsWithNoChange) {
  base::ThreadPool pool(1);
  const Lora lora(kConfig, kRank, pool);
  const std::vector<float> adapters = lora.InitialAdapters(5);
  EXPECT_EQ(adapters, lora.InitialAdapters(5));
  EXPECT_NE(adapters, lora.InitialAdapters(6));
  for (const LoraMatrix& m : lora.matrices()) {
    double square = 0;
    for (int64_t i = m.a; i < m.b; ++i) square += std::pow(adapters[i], 2);
    // 36 numbers or more: their variance is within 6 · sqrt(2 / 36) of itself.
    EXPECT_NEAR(square / (m.b - m.a) * 3 * m.In, 1, 1.5);
    EXPECT_GT(square, 0);
    for (int64_t i = m.b; i < m.b + kRank * m.Out; ++i) {
      ASSERT_EQ(adapters[i], 0);
    }
  }
}

// The derivative of the loss along a random direction in each A and each B, as
// in gpt2/training_pass_test.cc, which derives the tolerance.
TEST(Lora, GradientsMatchFiniteDifferences) {
  constexpr int kT = 20;
  base::ThreadPool pool(2);
  Lora lora(kConfig, kRank, pool);
  gpt2::Parameters model = gpt2::InitialParameters(kConfig, 1);
  for (size_t i = 0; const float more : Numbers(kConfig.parameter_count(), 1)) {
    model.flat()[i++] += 0.2f * more;
  }
  const std::vector<float> zero(lora.size());
  const std::vector<float> adapters = Numbers(lora.size(), 2, 0.2);
  lora.Move(model.flat(), zero, adapters);

  base::RandomStream random(3);
  std::vector<int32_t> inputs, targets;
  for (int i = 0; i < kT; ++i) {
    inputs.push_back(static_cast<int32_t>(random.Below(kConfig.vocab_size)));
    targets.push_back(static_cast<int32_t>(random.Below(kConfig.vocab_size)));
  }
  gpt2::TrainingPass pass(kConfig, 1, kT, pool);
  gpt2::Parameters dmodel(kConfig);
  pass.Forward(model, inputs, targets);
  pass.Backward(model, 1, dmodel);
  std::vector<float> gradients(lora.size());
  lora.AddGradients(gradients, adapters, dmodel.flat(), 0);

  const auto expect_slope = [&](int64_t begin, int64_t end, const char* what) {
    std::vector<float> direction(lora.size());
    double expected = 0, norm = 0;
    for (int64_t i = begin; i < end; ++i) {
      direction[i] = random.Below(2) ? 1.0f : -1.0f;
      expected += double{gradients[i]} * direction[i];
      norm += std::pow(double{gradients[i]}, 2);
    }
    const double step = 2e-3;
    const auto loss_at = [&](double by) {
      std::vector<float> moved = adapters;
      for (int64_t i = begin; i < end; ++i) {
        moved[i] += static_cast<float>(by * direction[i]);
      }
      gpt2::Parameters other = model;
      lora.Move(other.flat(), adapters, moved);
      return pass.Forward(other, inputs, targets);
    };
    const double slope = (loss_at(step) - loss_at(-step)) / (2 * step);
    EXPECT_NEAR(slope, expected, 3e-4 + 0.01 * std::sqrt(norm))
        << what << " of " << begin;
  };
  for (const LoraMatrix& m : lora.matrices()) {
    expect_slope(m.a, m.b, "A");
    expect_slope(m.b, m.b + kRank * m.Out, "B");
  }
}

TEST(Lora, GradientsAddUpLayerByLayer) {
  base::ThreadPool pool(1);
  Lora lora(kConfig, kRank, pool);
  const std::vector<float> adapters = Numbers(lora.size(), 1);
  const std::vector<float> dmodel = Numbers(kConfig.parameter_count(), 2);
  std::vector<float> at_once(lora.size()), in_turns(lora.size());
  lora.AddGradients(at_once, adapters, dmodel, 0);
  lora.AddGradients(at_once, adapters, dmodel, 0);
  const int64_t first = lora.matrices()[0].weight;
  const int64_t second = lora.matrices()[4].weight;
  const std::span<const float> all(dmodel);
  for (int pass = 0; pass < 2; ++pass) {
    lora.AddGradients(in_turns, adapters, all.subspan(second), second);
    lora.AddGradients(in_turns, adapters, all.subspan(first, second - first),
                      first);
  }
  EXPECT_EQ(at_once, in_turns);
  EXPECT_NE(at_once, std::vector<float>(lora.size()));
}

TEST(Lora, MovesTheModelAsTheFormulaSays) {
  base::ThreadPool pool(2);
  Lora lora(kConfig, kRank, pool);
  const std::vector<float> base = Numbers(kConfig.parameter_count(), 1);
  const std::vector<float> before = Numbers(lora.size(), 2);
  const std::vector<float> now = Numbers(lora.size(), 3);
  std::vector<float> model = base;
  lora.Move(model, before, now);
  const std::vector<double> from = Merged(lora, base, before);
  const std::vector<double> to = Merged(lora, base, now);
  int64_t moved = 0;
  for (size_t i = 0; i < model.size(); ++i) {
    if (from[i] == to[i]) {
      ASSERT_EQ(model[i], base[i]) << i;
      continue;
    }
    ++moved;
    // Six terms of order 10, each rounded to 2^-24: 4e-6 with room.
    ASSERT_NEAR(model[i], base[i] + to[i] - from[i], 2e-5) << i;
  }
  EXPECT_EQ(moved, 12 * kConfig.width * kConfig.width * kConfig.layers);
}

// The model is only ever moved, so its roundings add up, like a root: a
// thousand of half a unit of 2^-24 are sqrt(1000 / 12) · 6e-8 = 6e-7 of a
// weight.
TEST(Lora, AThousandStepsDoNotDriftFromTheAdapters) {
  base::ThreadPool pool(2);
  Lora lora(kConfig, kRank, pool);
  const std::vector<float> base = Numbers(kConfig.parameter_count(), 1, 0.1);
  std::vector<float> model = base;
  std::vector<float> adapters = lora.InitialAdapters(1);
  for (int step = 0; step < 1000; ++step) {
    std::vector<float> now = adapters;
    for (size_t i = 0; const float by : Numbers(lora.size(), step, 1e-3)) {
      now[i++] += by;
    }
    lora.Move(model, adapters, now);
    adapters = now;
  }
  const std::vector<double> exact = Merged(lora, base, adapters);
  double distance = 0, change = 0, square = 0;
  for (size_t i = 0; i < model.size(); ++i) {
    distance += std::pow(model[i] - exact[i], 2);
    change += std::pow(exact[i] - base[i], 2);
    square += std::pow(exact[i], 2);
  }
  RecordProperty("drift", std::to_string(std::sqrt(distance / square)));
  EXPECT_LT(std::sqrt(distance / square), 2e-6);
  EXPECT_GT(std::sqrt(change / square), 0.01);
}

TEST(Lora, GivesTheSameBitsForAnyNumberOfThreads) {
  // Large enough for products to be cut.
  const gpt2::Config config = {
      .vocab_size = 300, .context = 8, .layers = 1, .width = 512, .heads = 4};
  const std::vector<float> dmodel = Numbers(config.parameter_count(), 1);
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 5}) {
    base::ThreadPool pool(threads);
    Lora lora(config, 16, pool);
    const std::vector<float> before = Numbers(lora.size(), 2);
    std::vector<float> gradients(lora.size());
    lora.AddGradients(gradients, before, dmodel, 0);
    std::vector<float> model = dmodel;
    lora.Move(model, before, gradients);
    model.insert(model.end(), gradients.begin(), gradients.end());
    results.push_back(std::move(model));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(Lora, ARankThatDoesNotFitIsRefused) {
  base::ThreadPool pool(1);
  EXPECT_THROW(Lora(kConfig, 0, pool), base::Error);
  EXPECT_THROW(Lora(kConfig, kConfig.width + 1, pool), base::Error);
  EXPECT_NO_THROW(Lora(kConfig, kConfig.width, pool));
}

}  // namespace
}  // namespace artspeak::train
