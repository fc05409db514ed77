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

// W0 + scale · A · Bᵀ in double precision, of the whole model.
std::vector<double> Merged(const Lora& lora, std::span<const float> base,
                           std::span<const float> adapters) {
  std::vector<double> merged(base.begin(), base.end());
  for (const LoraMatrix& m : lora.matrices()) {
    for (int64_t i = 0; i < m.In; ++i) {
      for (int64_t j = 0; j < m.Out; ++j) {
        double sum = 0;
        for (int64_t k = 0; k < kRank; ++k) {
          sum += double{adapters[m.a + i * kRank + k]} *
                 adapters[m.b + j * kRank + k];
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
  double square = 0;  // of numbers scaled to a variance of 1
  int64_t count = 0;
  for (const LoraMatrix& m : lora.matrices()) {
    for (int64_t i = m.a; i < m.b; ++i, ++count) {
      square += 3.0 * m.In * adapters[i] * adapters[i];
    }
    for (int64_t i = m.b; i < m.b + m.Out * kRank; ++i) {
      ASSERT_EQ(adapters[i], 0);
    }
  }
  // Within five of its deviations.
  EXPECT_NEAR(square / count, 1, 5 * std::sqrt(2.0 / count));
}

// A model with adapters that have grown, and a batch with an ignored target.
struct Case {
  explicit Case(int threads = 2,
                gpt2::Precision precision = gpt2::Precision::kFp32,
                gpt2::Memory memory = gpt2::Memory::kRoomy)
      : pool(threads),
        lora(kConfig, kRank, pool),
        model(gpt2::InitialParameters(kConfig, 1)),
        adapters(Numbers(lora.size(), 2, 0.2)),
        gradients(lora.size()),
        pass(kConfig, 2, kT, pool, precision, memory) {
    const std::vector<float> more = Numbers(kConfig.parameter_count(), 1, 0.2);
    for (size_t i = 0; i < more.size(); ++i) model.flat()[i] += more[i];
    lora.Move(model.flat(), std::vector<float>(lora.size()), adapters);
    base::RandomStream random(3);
    for (int i = 0; i < 2 * kT; ++i) {
      inputs.push_back(static_cast<int32_t>(random.Below(kConfig.vocab_size)));
      targets.push_back(static_cast<int32_t>(random.Below(kConfig.vocab_size)));
    }
    targets[7] = -1;
  }

  float Loss(const gpt2::Parameters& of) {
    return pass.Forward(of, inputs, targets,
                        {.rate = 0.2f, .seed = 5, .step = 3});
  }
  void Backward(float scale = 1) {
    Loss(model);
    LoraGradients sink(lora, kConfig, adapters, gradients);
    pass.Backward(model, scale, sink);
  }

  static constexpr int kT = 20;
  base::ThreadPool pool;
  Lora lora;
  gpt2::Parameters model;
  std::vector<float> adapters, gradients;
  std::vector<int32_t> inputs, targets;
  gpt2::TrainingPass pass;
};

// The derivative of the loss along a random direction in each A and each B, as
// in gpt2/training_pass_test.cc, which derives the tolerance.
TEST(Lora, GradientsMatchFiniteDifferences) {
  Case test;
  test.Backward();
  base::RandomStream random(9);
  const auto expect_slope = [&](int64_t begin, int64_t end, const char* what) {
    std::vector<float> direction(test.lora.size());
    double expected = 0, norm = 0;
    for (int64_t i = begin; i < end; ++i) {
      direction[i] = random.Below(2) ? 1.0f : -1.0f;
      expected += double{test.gradients[i]} * direction[i];
      norm += std::pow(double{test.gradients[i]}, 2);
    }
    const double step = 2e-3;
    const auto loss_at = [&](double by) {
      std::vector<float> moved = test.adapters;
      for (int64_t i = begin; i < end; ++i) {
        moved[i] += static_cast<float>(by * direction[i]);
      }
      gpt2::Parameters other = test.model;
      test.lora.Move(other.flat(), test.adapters, moved);
      return test.Loss(other);
    };
    const double slope = (loss_at(step) - loss_at(-step)) / (2 * step);
    EXPECT_NEAR(slope, expected, 3e-4 + 0.01 * std::sqrt(norm))
        << what << " of " << begin;
    EXPECT_GT(norm, 0);
  };
  for (const LoraMatrix& m : test.lora.matrices()) {
    expect_slope(m.a, m.b, "A");
    expect_slope(m.b, m.b + kRank * m.Out, "B");
  }
}

// d(loss)/d(A) = scale · dW · B and d(loss)/d(B) = scale · dWᵀ · A.
TEST(Lora, GradientsAreThoseOfTheMatricesProjected) {
  Case test;
  test.Backward(0.5f);
  test.Backward(0.25f);  // added
  gpt2::Parameters whole(kConfig);
  test.Loss(test.model);
  test.pass.Backward(test.model, 0.75f, whole);
  std::vector<double> expected(test.lora.size());
  for (const LoraMatrix& m : test.lora.matrices()) {
    for (int64_t i = 0; i < m.In; ++i) {
      for (int64_t j = 0; j < m.Out; ++j) {
        const double dweight =
            Lora::kScale * whole.flat()[m.weight + i * m.Out + j];
        for (int64_t k = 0; k < kRank; ++k) {
          const int64_t a = m.a + i * kRank + k, b = m.b + j * kRank + k;
          expected[a] += dweight * test.adapters[b];
          expected[b] += dweight * test.adapters[a];
        }
      }
    }
  }
  // Sums of some fifty terms below 1: 1e-5 is their rounding with room.
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(test.gradients[i], expected[i], 1e-5) << i;
  }
}

TEST(Lora, GradientsHaveTheSameBitsWhateverTheThreadsAndTheMemory) {
  for (const gpt2::Precision precision :
       {gpt2::Precision::kFp32, gpt2::FastestPrecision()}) {
    Case one(1, precision), three(3, precision),
        low(2, precision, gpt2::Memory::kLow);
    for (Case* test : {&one, &three, &low}) test->Backward();
    EXPECT_EQ(one.gradients, three.gradients);
    EXPECT_EQ(one.gradients, low.gradients);
  }
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

TEST(Lora, MovesToTheSameBitsForAnyNumberOfThreads) {
  // Large enough for products to be cut.
  const gpt2::Config config = {
      .vocab_size = 300, .context = 8, .layers = 1, .width = 512, .heads = 4};
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 5}) {
    base::ThreadPool pool(threads);
    Lora lora(config, 16, pool);
    std::vector<float> model = Numbers(config.parameter_count(), 1);
    lora.Move(model, Numbers(lora.size(), 2), Numbers(lora.size(), 3));
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
