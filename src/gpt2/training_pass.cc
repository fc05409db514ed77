#include "gpt2/training_pass.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "base/error.h"
#include "gpt2/linear_pass.h"
#include "nn/attention.h"
#include "nn/buffer.h"
#include "nn/cross_entropy.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/kernels.h"
#include "nn/layer_norm.h"

namespace artspeak::gpt2 {

using base::Error;
using nn::Buffer;
using nn::DropoutMask;

namespace {

// The places in the model where dropout acts, one random stream each.
enum class DropPlace { kEmbedding, kAttention, kAttentionOut, kFeedForwardOut };

DropoutMask MaskFor(const Dropout& dropout, int layer, DropPlace place) {
  if (dropout.rate <= 0) return {};
  const uint64_t stream = dropout.step << 16 |
                          static_cast<uint64_t>(layer * 4) |
                          static_cast<uint64_t>(place);
  return DropoutMask(dropout.rate, dropout.seed, stream);
}

// What the backward pass needs of one layer. N = B · T tokens.
struct LayerActivations {
  LayerActivations(Precision precision, int64_t N, int64_t C, int64_t NH)
      : ln_1(precision, N, C),
        ln_1_mean(N),
        ln_1_rstd(N),
        qkv(N * 3 * C),
        log_sum(N * NH),
        attention(precision, N, C),
        middle(N * C),
        ln_2(precision, N, C),
        ln_2_mean(N),
        ln_2_rstd(N),
        hidden(N * 4 * C),
        activated(precision, N, 4 * C),
        out(N * C) {}

  LinearInput ln_1;             // (N, C)
  Buffer ln_1_mean, ln_1_rstd;  // (N)
  Buffer qkv;                   // (N, 3C)
  Buffer log_sum;               // (B, NH, T)
  LinearInput attention;        // (N, C), before its projection
  Buffer middle;                // (N, C), residual after attention
  LinearInput ln_2;
  Buffer ln_2_mean, ln_2_rstd;
  Buffer hidden;          // (N, 4C), before GELU
  LinearInput activated;  // (N, 4C), after GELU
  Buffer out;             // (N, C), residual after the block
};

}  // namespace

struct TrainingPass::State {
  State(const Config& config, int B, int T, base::ThreadPool& pool,
        Precision precision)
      : config(config),
        precision(precision),
        pool(pool),
        B(B),
        T(T),
        linear(precision, pool, N(), 4 * C(),
               std::max<int64_t>(4 * C(), config.vocab_size),
               C() * std::max<int64_t>(4 * C(), config.vocab_size)),
        embedded(N() * C()),
        ln_f(precision, N(), C()),
        ln_f_mean(N()),
        ln_f_rstd(N()),
        logits(N() * config.vocab_size),
        losses(N()),
        branch(N() * C()),
        dresidual(N() * C()),
        dnarrow(N() * C()),
        dwide(N() * 4 * C()) {
    for (int i = 0; i < config.layers; ++i) {
      layers.emplace_back(precision, N(), C(), config.heads);
    }
  }

  int64_t N() const { return int64_t{B} * T; }
  int64_t C() const { return config.width; }
  nn::LayerNormShape RowsOf(int64_t columns) const { return {N(), columns}; }
  nn::AttentionShape attention_shape() const {
    return {B, T, config.heads, config.head_width()};
  }

  // out (N, Out) = input · weight + bias; `after` runs on finished rows.
  void Linear(float* out, const LinearInput& input, const float* weight,
              const float* bias, int64_t In, int64_t Out,
              LinearPass::Hook after = {});
  // out (N, C) = residual + dropped(input · weight + bias)
  void LinearOnto(float* out, const float* residual, const LinearInput& input,
                  const float* weight, const float* bias, int64_t In,
                  const DropoutMask& mask);
  // din (N, In) = dout · weightᵀ; dweight += inputᵀ · dout; dbias += its sums
  void LinearBackward(float* din, float* dweight, float* dbias,
                      const float* dout, const LinearInput& input,
                      const float* weight, int64_t In, int64_t Out,
                      LinearPass::Hook after = {});
  // What reaches a dropped branch of the residual stream's gradient.
  const float* BranchGradient(const DropoutMask& mask);
  void Drop(const DropoutMask& mask, float* out, const float* in);

  // From a.qkv to a.attention.
  void AttentionForward(LayerActivations& a, const DropoutMask& mask);
  // From dnarrow to dqkv (N, 3C).
  void AttentionBackward(LayerActivations& a, float* dqkv,
                         const DropoutMask& mask);
  void ForwardLayer(int layer, const LayerTensors<const float>& weights,
                    const float* in);
  void BackwardLayer(int layer, const LayerTensors<const float>& weights,
                     const LayerTensors<float>& gradients, const float* in);

  const Config config;
  const Precision precision;
  base::ThreadPool& pool;
  const nn::Kernels& kernels = nn::BestKernels();
  const int B, T;

  LinearPass linear;
  std::vector<LayerActivations> layers;
  Buffer embedded;              // (N, C)
  LinearInput ln_f;             // (N, C)
  Buffer ln_f_mean, ln_f_rstd;  // (N)
  Buffer logits;                // (N, V); after targets their gradient
  Buffer losses;                // (N)
  Buffer branch;                // (N, C), a dropped branch
  Buffer dresidual;             // (N, C)
  Buffer dnarrow;               // (N, C)
  Buffer dwide;                 // (N, 4C)

  std::vector<int32_t> inputs;  // of the last Forward
  Dropout dropout;
  int64_t counted = 0;  // targets of the last Forward that were not -1
  bool logits_are_gradients = false;
};

void TrainingPass::State::Linear(float* out, const LinearInput& input,
                                 const float* weight, const float* bias,
                                 int64_t In, int64_t Out,
                                 LinearPass::Hook after) {
  linear.Forward(
      out, input, weight, {In, Out},
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          std::copy_n(bias, Out, out + i * Out);
        }
      },
      std::move(after));
}

void TrainingPass::State::LinearOnto(float* out, const float* residual,
                                     const LinearInput& input,
                                     const float* weight, const float* bias,
                                     int64_t In, const DropoutMask& mask) {
  const int64_t C = this->C();
  if (mask.active()) {
    float* added = branch.data();
    Linear(added, input, weight, bias, In, C, [&](int64_t begin, int64_t end) {
      const int64_t at = begin * C, count = (end - begin) * C;
      mask.Apply(kernels, added + at, added + at, count, at);
      kernels.sum(out + at, residual + at, added + at, count);
    });
    return;
  }
  linear.Forward(out, input, weight, {In, C},
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     kernels.sum(out + i * C, residual + i * C, bias, C);
                   }
                 },
                 {});
}

void TrainingPass::State::LinearBackward(float* din, float* dweight,
                                         float* dbias, const float* dout,
                                         const LinearInput& input,
                                         const float* weight, int64_t In,
                                         int64_t Out, LinearPass::Hook after) {
  nn::AddColumnSums(pool, kernels, RowsOf(Out), dbias, dout);
  linear.Backward(din, dweight, dout, input, weight, {In, Out}, 1,
                  std::move(after));
}

void TrainingPass::State::Drop(const DropoutMask& mask, float* out,
                               const float* in) {
  pool.For(N() * C(), 1 << 16, [&](int64_t begin, int64_t end) {
    mask.Apply(kernels, out + begin, in + begin, end - begin, begin);
  });
}

const float* TrainingPass::State::BranchGradient(const DropoutMask& mask) {
  if (!mask.active()) return dresidual.data();
  Drop(mask, branch.data(), dresidual.data());
  return branch.data();
}

void TrainingPass::State::AttentionForward(LayerActivations& a,
                                           const DropoutMask& mask) {
  float* out = linear.Stage(a.attention);
  if (precision == Precision::kBf16) {
    nn::AttentionForward(pool, kernels, *nn::FindBf16Kernels(),
                         attention_shape(), out, a.log_sum.data(), a.qkv.data(),
                         mask);
  } else {
    nn::AttentionForward(pool, kernels, kernels.panels, attention_shape(), out,
                         a.log_sum.data(), a.qkv.data(), mask);
  }
  linear.Keep(a.attention);
}

void TrainingPass::State::AttentionBackward(LayerActivations& a, float* dqkv,
                                            const DropoutMask& mask) {
  if (precision == Precision::kBf16) {
    nn::AttentionBackward(pool, kernels, *nn::FindBf16Kernels(),
                          attention_shape(), dqkv, dnarrow.data(),
                          a.log_sum.data(), a.qkv.data(), mask);
  } else {
    nn::AttentionBackward(pool, kernels, kernels.panels, attention_shape(),
                          dqkv, dnarrow.data(), a.log_sum.data(), a.qkv.data(),
                          mask);
  }
}

void TrainingPass::State::ForwardLayer(int layer,
                                       const LayerTensors<const float>& weights,
                                       const float* in) {
  LayerActivations& a = layers[static_cast<size_t>(layer)];
  const int64_t C = this->C();
  const float epsilon = config.layer_norm_epsilon;
  nn::LayerNormForward(pool, kernels, RowsOf(C), linear.Stage(a.ln_1),
                       a.ln_1_mean.data(), a.ln_1_rstd.data(), in,
                       weights.ln_1_weight, weights.ln_1_bias, epsilon);
  linear.Keep(a.ln_1);
  Linear(a.qkv.data(), a.ln_1, weights.attn_weight, weights.attn_bias, C,
         3 * C);
  AttentionForward(a, MaskFor(dropout, layer, DropPlace::kAttention));
  LinearOnto(a.middle.data(), in, a.attention, weights.attn_proj_weight,
             weights.attn_proj_bias, C,
             MaskFor(dropout, layer, DropPlace::kAttentionOut));
  nn::LayerNormForward(pool, kernels, RowsOf(C), linear.Stage(a.ln_2),
                       a.ln_2_mean.data(), a.ln_2_rstd.data(), a.middle.data(),
                       weights.ln_2_weight, weights.ln_2_bias, epsilon);
  linear.Keep(a.ln_2);
  Linear(a.hidden.data(), a.ln_2, weights.fc_weight, weights.fc_bias, C, 4 * C,
         [&](int64_t begin, int64_t end) {
           const int64_t at = begin * 4 * C;
           kernels.gelu(linear.Stage(a.activated) + at, a.hidden.data() + at,
                        (end - begin) * 4 * C);
           linear.Keep(a.activated, begin, end);
         });
  LinearOnto(a.out.data(), a.middle.data(), a.activated, weights.fc_proj_weight,
             weights.fc_proj_bias, 4 * C,
             MaskFor(dropout, layer, DropPlace::kFeedForwardOut));
}

void TrainingPass::State::BackwardLayer(
    int layer, const LayerTensors<const float>& weights,
    const LayerTensors<float>& gradients, const float* in) {
  LayerActivations& a = layers[static_cast<size_t>(layer)];
  const int64_t C = this->C();
  LinearBackward(
      dwide.data(), gradients.fc_proj_weight, gradients.fc_proj_bias,
      BranchGradient(MaskFor(dropout, layer, DropPlace::kFeedForwardOut)),
      a.activated, weights.fc_proj_weight, 4 * C, C,
      [&](int64_t begin, int64_t end) {
        const int64_t at = begin * 4 * C;
        kernels.gelu_backward(dwide.data() + at, a.hidden.data() + at,
                              (end - begin) * 4 * C);
      });
  LinearBackward(dnarrow.data(), gradients.fc_weight, gradients.fc_bias,
                 dwide.data(), a.ln_2, weights.fc_weight, C, 4 * C);
  nn::LayerNormBackward(pool, kernels, RowsOf(C), dresidual.data(),
                        gradients.ln_2_weight, gradients.ln_2_bias,
                        dnarrow.data(), a.middle.data(), weights.ln_2_weight,
                        a.ln_2_mean.data(), a.ln_2_rstd.data());
  LinearBackward(
      dnarrow.data(), gradients.attn_proj_weight, gradients.attn_proj_bias,
      BranchGradient(MaskFor(dropout, layer, DropPlace::kAttentionOut)),
      a.attention, weights.attn_proj_weight, C, C);
  float* dqkv = dwide.data();  // (N, 3C) of its (N, 4C)
  AttentionBackward(a, dqkv, MaskFor(dropout, layer, DropPlace::kAttention));
  LinearBackward(dnarrow.data(), gradients.attn_weight, gradients.attn_bias,
                 dqkv, a.ln_1, weights.attn_weight, C, 3 * C);
  nn::LayerNormBackward(pool, kernels, RowsOf(C), dresidual.data(),
                        gradients.ln_1_weight, gradients.ln_1_bias,
                        dnarrow.data(), in, weights.ln_1_weight,
                        a.ln_1_mean.data(), a.ln_1_rstd.data());
}

TrainingPass::TrainingPass(const Config& config, int B, int T,
                           base::ThreadPool& pool, Precision precision) {
  config.Validate();
  if (T < 1 || T > config.context) {
    throw Error("a window of {} tokens does not fit this model: choose 1 to {}",
                T, config.context);
  }
  if (B < 1) throw Error("a batch needs at least one window, not {}", B);
  state_ = std::make_unique<State>(config, B, T, pool, precision);
}

TrainingPass::~TrainingPass() = default;

float TrainingPass::Forward(const Parameters& parameters,
                            std::span<const int32_t> inputs,
                            std::span<const int32_t> targets, Dropout dropout) {
  State& s = *state_;
  const int64_t C = s.C(), V = s.config.vocab_size;
  assert(parameters.config() == s.config);
  assert(static_cast<int64_t>(inputs.size()) == s.N());
  assert(targets.empty() || targets.size() == inputs.size());
  for (const int32_t id : inputs) {
    if (id < 0 || id >= V) {
      throw Error(
          "token {} is not of the model's vocabulary of {}: the text "
          "was encoded for another model",
          id, V);
    }
  }
  s.counted = 0;
  for (const int32_t id : targets) {
    if (id < -1 || id >= V) {
      throw Error(
          "target {} is not of the model's vocabulary of {}: the text "
          "was encoded for another model",
          id, V);
    }
    s.counted += id >= 0;
  }
  s.inputs.assign(inputs.begin(), inputs.end());
  s.dropout = dropout;

  const Weights weights = parameters.weights();
  nn::EmbeddingForward(s.pool, s.kernels, {s.B, s.T, C}, s.embedded.data(),
                       inputs.data(), weights.wte, weights.wpe);
  const DropoutMask mask = MaskFor(dropout, 0, DropPlace::kEmbedding);
  if (mask.active()) s.Drop(mask, s.embedded.data(), s.embedded.data());
  const float* in = s.embedded.data();
  for (int layer = 0; layer < s.config.layers; ++layer) {
    const auto at = static_cast<size_t>(layer);
    s.ForwardLayer(layer, weights.layers[at], in);
    in = s.layers[at].out.data();
  }
  nn::LayerNormForward(s.pool, s.kernels, s.RowsOf(C), s.linear.Stage(s.ln_f),
                       s.ln_f_mean.data(), s.ln_f_rstd.data(), in,
                       weights.ln_f_weight, weights.ln_f_bias,
                       s.config.layer_norm_epsilon);

  s.linear.Keep(s.ln_f);
  s.logits_are_gradients = !targets.empty();
  LinearPass::Hook losses;
  if (s.logits_are_gradients) {
    losses = [&](int64_t begin, int64_t end) {
      nn::CrossEntropyRows(s.kernels, s.logits.data() + begin * V,
                           s.losses.data() + begin, targets.data() + begin,
                           end - begin, V);
    };
  }
  s.linear.Forward(s.logits.data(), s.ln_f, weights.wte, {C, V, true}, {},
                   losses);
  if (s.counted == 0) return 0;
  double total = 0;
  for (const float loss : s.losses.span()) total += loss;
  return static_cast<float>(total / static_cast<double>(s.counted));
}

void TrainingPass::Backward(const Parameters& parameters, float scale,
                            Parameters& gradients) {
  State& s = *state_;
  assert(s.logits_are_gradients);
  assert(gradients.config() == s.config);
  if (s.counted == 0) return;
  const int64_t C = s.C(), V = s.config.vocab_size;
  const Weights weights = parameters.weights();
  const Gradients into = gradients.gradients();
  const float alpha = scale / static_cast<float>(s.counted);

  s.linear.Backward(s.dnarrow.data(), into.wte, s.logits.data(), s.ln_f,
                    weights.wte, {C, V, true}, alpha, {});
  std::ranges::fill(s.dresidual.span(), 0.0f);
  const size_t last = static_cast<size_t>(s.config.layers) - 1;
  nn::LayerNormBackward(s.pool, s.kernels, s.RowsOf(C), s.dresidual.data(),
                        into.ln_f_weight, into.ln_f_bias, s.dnarrow.data(),
                        s.layers[last].out.data(), weights.ln_f_weight,
                        s.ln_f_mean.data(), s.ln_f_rstd.data());
  for (int layer = s.config.layers - 1; layer >= 0; --layer) {
    const auto at = static_cast<size_t>(layer);
    const float* in =
        layer > 0 ? s.layers[at - 1].out.data() : s.embedded.data();
    s.BackwardLayer(layer, weights.layers[at], into.layers[at], in);
  }
  const DropoutMask mask = MaskFor(s.dropout, 0, DropPlace::kEmbedding);
  if (mask.active()) s.Drop(mask, s.dresidual.data(), s.dresidual.data());
  nn::EmbeddingBackward(s.pool, s.kernels, {s.B, s.T, C}, into.wte, into.wpe,
                        s.dresidual.data(), s.inputs.data());
}

std::span<const float> TrainingPass::logits() const {
  assert(!state_->logits_are_gradients);
  return state_->logits.span();
}

}  // namespace artspeak::gpt2
