#include "train/lora_update.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "gpt2/training_pass.h"

namespace artspeak::train {
namespace {

constexpr int kRank = 3, kT = 20;

const gpt2::Config kConfig = {
    .vocab_size = 41, .context = 24, .layers = 2, .width = 12, .heads = 3};

std::vector<int32_t> Tokens(uint64_t stream) {
  base::RandomStream random(3, stream);
  std::vector<int32_t> tokens(kT);
  for (int32_t& token : tokens) {
    token = static_cast<int32_t>(random.Below(kConfig.vocab_size));
  }
  return tokens;
}

// The same in double precision, from the gradients of whole matrices: the
// paper's equation 3 differentiated, and the update of Loshchilov & Hutter.
struct Reference {
  Reference(const Lora& lora, const std::vector<float>& adapters,
            const gpt2::Parameters& model)
      : lora(lora),
        base(model.flat().begin(), model.flat().end()),
        values(adapters.begin(), adapters.end()),
        m(values.size()),
        v(values.size()) {}

  gpt2::Parameters Model() const {
    gpt2::Parameters model(kConfig);
    std::ranges::copy(base, model.flat().begin());
    for (const LoraMatrix& at : lora.matrices()) {
      for (int64_t i = 0; i < at.In; ++i) {
        for (int64_t j = 0; j < at.Out; ++j) {
          double change = 0;
          for (int64_t k = 0; k < kRank; ++k) {
            change +=
                values[at.a + i * kRank + k] * values[at.b + j * kRank + k];
          }
          const int64_t weight = at.weight + i * at.Out + j;
          model.flat()[weight] =
              static_cast<float>(base[weight] + Lora::kScale * change);
        }
      }
    }
    return model;
  }

  void Step(const gpt2::Parameters& dmodel, const OptimizerOptions& options,
            double rate) {
    std::vector<double> gradient(values.size());
    for (const LoraMatrix& at : lora.matrices()) {
      for (int64_t i = 0; i < at.In; ++i) {
        for (int64_t j = 0; j < at.Out; ++j) {
          const double d =
              Lora::kScale * dmodel.flat()[at.weight + i * at.Out + j];
          for (int64_t k = 0; k < kRank; ++k) {
            const int64_t a = at.a + i * kRank + k, b = at.b + j * kRank + k;
            gradient[a] += d * values[b];
            gradient[b] += d * values[a];
          }
        }
      }
    }
    double square = 0;
    for (const double g : gradient) square += g * g;
    const double clip = std::min(1.0, options.clip_norm / std::sqrt(square));
    ++t;
    for (size_t i = 0; i < values.size(); ++i) {
      const double g = clip * gradient[i];
      m[i] = options.beta1 * m[i] + (1 - options.beta1) * g;
      v[i] = options.beta2 * v[i] + (1 - options.beta2) * g * g;
      const double m_hat = m[i] / (1 - std::pow(options.beta1, t));
      const double v_hat = v[i] / (1 - std::pow(options.beta2, t));
      values[i] -= rate * (m_hat / (std::sqrt(v_hat) + options.epsilon) +
                           options.weight_decay * values[i]);
    }
  }

  const Lora& lora;
  std::vector<double> base, values, m, v;
  int t = 0;
};

TEST(LoraUpdate, FollowsItsFormula) {
  base::ThreadPool pool(2);
  TrainOptions options;
  options.lora = kRank;
  // Betas and an epsilon with which tiny gradients, mostly rounding, do not
  // become whole steps.
  options.optimizer = {.beta1 = 0.8,
                       .beta2 = 0.9,
                       .epsilon = 1e-3,
                       .weight_decay = 0.1,
                       .clip_norm = 0.1};
  constexpr double kRate = 0.02;
  gpt2::Parameters model = gpt2::InitialParameters(kConfig, 1);
  const std::vector<float> begin(model.flat().begin(), model.flat().end());
  std::vector<float> adapters;
  LoraUpdate update(kConfig, options, adapters, pool);
  const Lora lora(kConfig, kRank, pool);
  ASSERT_EQ(adapters, lora.InitialAdapters(options.seed));
  Reference reference(lora, adapters, model);
  Moments moments;
  const UpdateTarget target = {model, moments, kRate};
  gpt2::TrainingPass pass(kConfig, 1, kT, pool);
  for (int i = 0; i < 5; ++i) {
    const gpt2::Parameters expected_model = reference.Model();
    gpt2::Parameters dmodel(kConfig);
    for (int batch = 0; batch < 2; ++batch) {
      const std::vector<int32_t> inputs = Tokens(2 * batch),
                                 targets = Tokens(2 * batch + 1);
      pass.Forward(model, inputs, targets);
      pass.Backward(model, 0.5f, update.SinkFor(batch, target));
      pass.Forward(expected_model, inputs, targets);
      pass.Backward(expected_model, 0.5f, dmodel);
    }
    update.Finish(target);
    reference.Step(dmodel, options.optimizer, kRate);
  }
  for (size_t i = 0; i < adapters.size(); ++i) {
    // Steps of 0.02, whose gradients are known to some 1e-6 of an epsilon of
    // 1e-3: 2e-5 a step, 1e-4 of all five.
    ASSERT_NEAR(adapters[i], reference.values[i], 1e-4) << i;
  }
  const gpt2::Parameters expected = reference.Model();
  double distance = 0;
  for (size_t i = 0; i < begin.size(); ++i) {
    ASSERT_NEAR(model.flat()[i], expected.flat()[i], 1e-4) << i;
    distance = std::max(distance, std::abs(double{begin[i]} - model.flat()[i]));
  }
  EXPECT_GT(distance, 0.01);
}

TEST(LoraUpdate, OnlyTheMatricesOfBlocksChange) {
  base::ThreadPool pool(1);
  TrainOptions options;
  options.lora = kRank;
  options.optimizer.weight_decay = 0.5;
  gpt2::Parameters model = gpt2::InitialParameters(kConfig, 1);
  const gpt2::Parameters before = model;
  std::vector<float> adapters;
  LoraUpdate update(kConfig, options, adapters, pool);
  Moments moments;
  const UpdateTarget target = {model, moments, 0.1};
  gpt2::TrainingPass pass(kConfig, 1, kT, pool);
  for (int i = 0; i < 3; ++i) {
    pass.Forward(model, Tokens(1), Tokens(2));
    pass.Backward(model, 1, update.SinkFor(0, target));
    update.Finish(target);
  }
  EXPECT_EQ(moments.first.size(), adapters.size());
  for (const auto& tensor : model.tensors()) {
    const bool same = std::ranges::equal(std::as_bytes(model.values(tensor)),
                                         std::as_bytes(before.values(tensor)));
    const bool adapted =
        tensor.name.starts_with("h.") && tensor.shape.size() == 2;
    EXPECT_EQ(same, !adapted) << tensor.name;
  }
}

// With as many columns as the matrices have, a change can be any: so training
// ends about where training the matrices themselves does.
TEST(LoraUpdate, AtFullRankItLearnsLikeTheMatrices) {
  base::ThreadPool pool(2);
  TrainOptions options;
  options.lora = kConfig.width;
  const std::vector<int32_t> inputs = Tokens(1), targets = Tokens(2);
  gpt2::TrainingPass pass(kConfig, 1, kT, pool);
  gpt2::Parameters begin = gpt2::InitialParameters(kConfig, 1);
  // Embeddings as large as a trained model's: they stay as they are.
  for (float& value : begin.values(begin.tensors()[0])) value *= 50;
  const float first = pass.Forward(begin, inputs, targets);

  gpt2::Parameters low = begin;
  std::vector<float> adapters;
  LoraUpdate update(kConfig, options, adapters, pool);
  Moments low_moments;
  const UpdateTarget target = {low, low_moments, 0.01};
  gpt2::Parameters whole = begin, gradients(kConfig);
  std::vector<Stretch> matrices;
  for (const auto& tensor : whole.tensors()) {
    if (tensor.name.starts_with("h.") && tensor.shape.size() == 2) {
      matrices.push_back({.offset = tensor.offset, .size = tensor.size});
    }
  }
  Optimizer optimizer(options.optimizer, matrices, pool);
  Moments moments;
  float low_loss = 0, whole_loss = 0;
  for (int i = 0; i < 400; ++i) {
    low_loss = pass.Forward(low, inputs, targets);
    pass.Backward(low, 1, update.SinkFor(0, target));
    update.Finish(target);
    whole_loss = pass.Forward(whole, inputs, targets);
    pass.Backward(whole, 1, gradients);
    optimizer.Step(whole.flat(), gradients.flat(), moments, 0.01);
  }
  // Both know the twenty targets by heart.
  EXPECT_GT(first, 3);
  EXPECT_LT(low_loss, 0.2);
  EXPECT_LT(whole_loss, 0.2);
}

TEST(LoraUpdate, AdaptersOfAnotherRankAreRefused) {
  base::ThreadPool pool(1);
  TrainOptions options;
  options.lora = kRank;
  std::vector<float> adapters;
  LoraUpdate(kConfig, options, adapters, pool);
  options.lora = kRank + 1;
  EXPECT_THROW(LoraUpdate(kConfig, options, adapters, pool), base::Error);
}

}  // namespace
}  // namespace artspeak::train
