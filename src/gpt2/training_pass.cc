#include "gpt2/training_pass.h"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "gpt2/block_pass.h"
#include "gpt2/head_pass.h"
#include "gpt2/linear_pass.h"
#include "nn/buffer.h"
#include "nn/embedding.h"
#include "nn/kernels.h"

namespace artspeak::gpt2 {

using base::Error;
using nn::Buffer;
using nn::DropoutMask;

namespace {

// Throws Error for an id outside of [least, vocab_size).
void CheckIds(std::span<const int32_t> ids, int32_t least, int vocab_size,
              std::string_view what) {
  for (const int32_t id : ids) {
    if (id < least || id >= vocab_size) {
      throw Error(
          "{} {} is not of the model's vocabulary of {}: the text was encoded "
          "for another model",
          what, id, vocab_size);
    }
  }
}

}  // namespace

struct TrainingPass::State {
  State(const Config& config, int B, int T, base::ThreadPool& pool,
        Precision precision, Memory memory)
      : config(config),
        places(TensorPlaces(config)),
        groups(config),
        pool(pool),
        B(B),
        T(T),
        linear(precision, pool, N(), 4 * C(), WidestOutput(),
               C() * WidestOutput()),
        block(config, B, T, precision, pool, linear),
        head(config, N(), precision, memory, pool, linear),
        dresidual(N() * C()) {
    for (int i = 0; i <= config.layers; ++i) residual.emplace_back(N() * C());
    const int kept = memory == Memory::kRoomy ? config.layers : 1;
    for (int i = 0; i < kept; ++i) layers.emplace_back(config, N(), precision);
  }

  int64_t N() const { return int64_t{B} * T; }
  int64_t C() const { return config.width; }
  int64_t WidestOutput() const {
    return std::max(4 * C(), HeadPass::BlockSize(config));
  }

  bool keeps_all_layers() const { return layers.size() == residual.size() - 1; }
  BlockStep StepOf(int layer, const Weights& weights) {
    const auto at = static_cast<size_t>(layer);
    return {.layer = layer,
            .weights = weights.layers[at],
            .in = residual[at].data(),
            .activations = layers[keeps_all_layers() ? at : 0],
            .dropout = dropout};
  }

  // The first numbers of the residual stream.
  void Embed(const Weights& weights);

  const Config config;
  const std::vector<TensorPlace> places;
  const GradientGroups groups;
  base::ThreadPool& pool;
  const nn::Kernels& kernels = nn::BestKernels();
  const int B, T;

  LinearPass linear;
  BlockPass block;
  HeadPass head;
  std::vector<Buffer> residual;  // (N, C) each: what enters every block, and
                                 // what the last puts out
  std::vector<BlockActivations> layers;  // of all blocks, or of the last one
  Buffer dresidual;                      // (N, C)
  Buffer logits;                         // (N, V), if asked for

  std::vector<int32_t> inputs;  // of the last Forward
  Dropout dropout;
  bool has_targets = false;
};

void TrainingPass::State::Embed(const Weights& weights) {
  float* out = residual[0].data();
  nn::EmbeddingForward(pool, kernels, {B, T, C()}, out, inputs.data(),
                       weights.wte, weights.wpe);
  const DropoutMask mask = MaskFor(dropout, 0, DropPlace::kEmbedding);
  if (mask.active()) nn::Drop(pool, kernels, mask, out, out, N() * C());
}

TrainingPass::TrainingPass(const Config& config, int B, int T,
                           base::ThreadPool& pool, Precision precision,
                           Memory memory) {
  config.Validate();
  if (T < 1 || T > config.context) {
    throw Error("a window of {} tokens does not fit this model: choose 1 to {}",
                T, config.context);
  }
  if (B < 1) throw Error("a batch needs at least one window, not {}", B);
  state_ = std::make_unique<State>(config, B, T, pool, precision, memory);
}

TrainingPass::~TrainingPass() = default;

float TrainingPass::Forward(const Parameters& parameters,
                            std::span<const int32_t> inputs,
                            std::span<const int32_t> targets, Dropout dropout) {
  State& s = *state_;
  assert(parameters.config() == s.config);
  assert(static_cast<int64_t>(inputs.size()) == s.N());
  assert(targets.empty() || targets.size() == inputs.size());
  CheckIds(inputs, 0, s.config.vocab_size, "token");
  CheckIds(targets, -1, s.config.vocab_size, "target");
  s.inputs.assign(inputs.begin(), inputs.end());
  s.dropout = dropout;
  s.has_targets = !targets.empty();

  const Weights weights = parameters.weights();
  s.Embed(weights);
  for (int layer = 0; layer < s.config.layers; ++layer) {
    s.block.Forward(s.StepOf(layer, weights),
                    s.residual[static_cast<size_t>(layer) + 1].data());
  }
  const float* out = s.residual.back().data();
  if (s.has_targets) {
    return static_cast<float>(s.head.Forward(weights, out, targets));
  }
  if (s.logits.size() == 0) s.logits = Buffer(s.N() * s.config.vocab_size);
  s.head.Logits(weights, out, s.logits.data());
  return 0;
}

void TrainingPass::Backward(const Parameters& parameters, float scale,
                            GradientSink& sink) {
  State& s = *state_;
  assert(s.has_targets);
  const Weights weights = parameters.weights();
  float* dresidual = s.dresidual.data();

  const std::vector<float*> embeddings =
      TensorsOf(s.groups.embeddings, s.places, sink.Begin(s.groups.embeddings));
  const std::vector<float*> final_norm =
      TensorsOf(s.groups.final_norm, s.places, sink.Begin(s.groups.final_norm));
  s.head.Backward(weights, s.residual.back().data(), scale,
                  {.wte = embeddings[0],
                   .ln_f_weight = final_norm[0],
                   .ln_f_bias = final_norm[1]},
                  dresidual);
  sink.Done(s.groups.final_norm);

  for (int layer = s.config.layers - 1; layer >= 0; --layer) {
    const GradientGroup& group = s.groups.layers[static_cast<size_t>(layer)];
    const BlockStep step = s.StepOf(layer, weights);
    // Of the last layer they are still there from the forward pass.
    if (!s.keeps_all_layers() && layer + 1 < s.config.layers) {
      s.block.Activate(step);
    }
    float* memory = sink.Begin(group);
    const std::vector<float*> tensors = TensorsOf(group, s.places, memory);
    s.block.Backward(step, ArrangeLayer<float>(tensors),
                     memory == nullptr ? sink.LowRank(group) : nullptr,
                     dresidual);
    sink.Done(group);
  }

  if (embeddings[0] != nullptr) {
    const DropoutMask mask = MaskFor(s.dropout, 0, DropPlace::kEmbedding);
    if (mask.active()) {
      nn::Drop(s.pool, s.kernels, mask, dresidual, dresidual, s.N() * s.C());
    }
    nn::EmbeddingBackward(s.pool, s.kernels, {s.B, s.T, s.C()}, embeddings[0],
                          embeddings[1], dresidual, s.inputs.data());
  }
  sink.Done(s.groups.embeddings);
}

void TrainingPass::Backward(const Parameters& parameters, float scale,
                            Parameters& gradients) {
  assert(gradients.config() == state_->config);
  WholeGradients sink(gradients);
  Backward(parameters, scale, sink);
}

std::span<const float> TrainingPass::logits() const {
  assert(!state_->has_targets);
  return state_->logits.span();
}

}  // namespace artspeak::gpt2
