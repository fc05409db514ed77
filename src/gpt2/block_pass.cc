#include "gpt2/block_pass.h"

#include <algorithm>
#include <utility>

#include "nn/bf16_kernels.h"

namespace artspeak::gpt2 {

using nn::DropoutMask;

BlockActivations::BlockActivations(const Config& config, int64_t N,
                                   Precision precision)
    : ln_1(precision, N, config.width),
      ln_1_mean(N),
      ln_1_rstd(N),
      qkv(N * 3 * config.width),
      log_sum(N * config.heads),
      attention(precision, N, config.width),
      middle(N * config.width),
      ln_2(precision, N, config.width),
      ln_2_mean(N),
      ln_2_rstd(N),
      hidden(N * 4 * config.width),
      activated(precision, N, int64_t{4} * config.width) {}

BlockPass::BlockPass(const Config& config, int B, int T, Precision precision,
                     base::ThreadPool& pool, LinearPass& linear)
    : N_(int64_t{B} * T),
      C_(config.width),
      epsilon_(config.layer_norm_epsilon),
      attention_{B, T, config.heads, config.head_width()},
      precision_(precision),
      pool_(pool),
      kernels_(nn::BestKernels()),
      linear_(linear),
      branch_(N_ * C_),
      dnarrow_(N_ * C_),
      dwide_(N_ * 4 * C_) {}

void BlockPass::Forward(const BlockStep& step, float* out) {
  Activate(step);
  const BlockActivations& a = step.activations;
  LinearOnto(out, a.middle.data(), a.activated, step.weights.fc_proj_weight,
             step.weights.fc_proj_bias, 4 * C_,
             MaskFor(step.dropout, step.layer, DropPlace::kFeedForwardOut));
}

void BlockPass::Activate(const BlockStep& step) {
  BlockActivations& a = step.activations;
  const LayerTensors<const float>& weights = step.weights;
  nn::LayerNormForward(pool_, kernels_, {N_, C_}, linear_.Stage(a.ln_1),
                       a.ln_1_mean.data(), a.ln_1_rstd.data(), step.in,
                       weights.ln_1_weight, weights.ln_1_bias, epsilon_);
  linear_.Keep(a.ln_1);
  Linear(a.qkv.data(), a.ln_1, weights.attn_weight, weights.attn_bias,
         {C_, 3 * C_});
  AttentionForward(a, MaskFor(step.dropout, step.layer, DropPlace::kAttention));
  LinearOnto(a.middle.data(), step.in, a.attention, weights.attn_proj_weight,
             weights.attn_proj_bias, C_,
             MaskFor(step.dropout, step.layer, DropPlace::kAttentionOut));
  nn::LayerNormForward(pool_, kernels_, {N_, C_}, linear_.Stage(a.ln_2),
                       a.ln_2_mean.data(), a.ln_2_rstd.data(), a.middle.data(),
                       weights.ln_2_weight, weights.ln_2_bias, epsilon_);
  linear_.Keep(a.ln_2);
  Linear(a.hidden.data(), a.ln_2, weights.fc_weight, weights.fc_bias,
         {C_, 4 * C_}, [&](int64_t begin, int64_t end) {
           const int64_t at = begin * 4 * C_;
           kernels_.gelu(linear_.Stage(a.activated) + at, a.hidden.data() + at,
                         (end - begin) * 4 * C_);
           linear_.Keep(a.activated, begin, end);
         });
}

void BlockPass::Backward(const BlockStep& step,
                         const LayerTensors<float>& gradients,
                         const LowRankBlock* low_rank, float* dresidual) {
  BlockActivations& a = step.activations;
  const LayerTensors<const float>& weights = step.weights;
  const auto mask = [&](DropPlace place) {
    return MaskFor(step.dropout, step.layer, place);
  };
  const auto change = [&](LowRankChange LowRankBlock::*of) {
    return low_rank != nullptr ? &(low_rank->*of) : nullptr;
  };
  LinearBackward(
      {.in = dwide_.data(),
       .weight = gradients.fc_proj_weight,
       .low_rank = change(&LowRankBlock::fc_proj)},
      gradients.fc_proj_bias,
      BranchGradient(dresidual, mask(DropPlace::kFeedForwardOut)), a.activated,
      weights.fc_proj_weight, {4 * C_, C_}, [&](int64_t begin, int64_t end) {
        const int64_t at = begin * 4 * C_;
        kernels_.gelu_backward(dwide_.data() + at, a.hidden.data() + at,
                               (end - begin) * 4 * C_);
      });
  LinearBackward({.in = dnarrow_.data(),
                  .weight = gradients.fc_weight,
                  .low_rank = change(&LowRankBlock::fc)},
                 gradients.fc_bias, dwide_.data(), a.ln_2, weights.fc_weight,
                 {C_, 4 * C_});
  nn::LayerNormBackward(pool_, kernels_, {N_, C_}, dresidual,
                        gradients.ln_2_weight, gradients.ln_2_bias,
                        dnarrow_.data(), a.middle.data(), weights.ln_2_weight,
                        a.ln_2_mean.data(), a.ln_2_rstd.data());
  LinearBackward({.in = dnarrow_.data(),
                  .weight = gradients.attn_proj_weight,
                  .low_rank = change(&LowRankBlock::attn_proj)},
                 gradients.attn_proj_bias,
                 BranchGradient(dresidual, mask(DropPlace::kAttentionOut)),
                 a.attention, weights.attn_proj_weight, {C_, C_});
  float* dqkv = dwide_.data();  // (N, 3C) of its (N, 4C)
  AttentionBackward(a, dqkv, mask(DropPlace::kAttention));
  LinearBackward({.in = dnarrow_.data(),
                  .weight = gradients.attn_weight,
                  .low_rank = change(&LowRankBlock::attn)},
                 gradients.attn_bias, dqkv, a.ln_1, weights.attn_weight,
                 {C_, 3 * C_});
  nn::LayerNormBackward(pool_, kernels_, {N_, C_}, dresidual,
                        gradients.ln_1_weight, gradients.ln_1_bias,
                        dnarrow_.data(), step.in, weights.ln_1_weight,
                        a.ln_1_mean.data(), a.ln_1_rstd.data());
}

void BlockPass::Linear(float* out, const LinearInput& input,
                       const float* weight, const float* bias,
                       LinearShape shape, LinearPass::Hook after) {
  const int64_t Out = shape.Out;
  linear_.Forward(
      out, input, weight, shape,
      [=](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          std::copy_n(bias, Out, out + i * Out);
        }
      },
      std::move(after));
}

void BlockPass::LinearOnto(float* out, const float* residual,
                           const LinearInput& input, const float* weight,
                           const float* bias, int64_t In,
                           const DropoutMask& mask) {
  if (mask.active()) {
    float* added = branch_.data();
    Linear(added, input, weight, bias, {In, C_},
           [&](int64_t begin, int64_t end) {
             const int64_t at = begin * C_, count = (end - begin) * C_;
             mask.Apply(kernels_, added + at, added + at, count, at);
             kernels_.sum(out + at, residual + at, added + at, count);
           });
    return;
  }
  linear_.Forward(out, input, weight, {In, C_},
                  [&](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i) {
                      kernels_.sum(out + i * C_, residual + i * C_, bias, C_);
                    }
                  },
                  {});
}

void BlockPass::LinearBackward(const LinearGradients& gradients, float* dbias,
                               const float* dout, const LinearInput& input,
                               const float* weight, LinearShape shape,
                               LinearPass::Hook after) {
  if (dbias != nullptr) {
    nn::AddColumnSums(pool_, kernels_, {N_, shape.Out}, dbias, dout);
  }
  linear_.Backward(gradients, dout, input, weight, shape, 1, std::move(after));
}

const float* BlockPass::BranchGradient(const float* dresidual,
                                       const DropoutMask& mask) {
  if (!mask.active()) return dresidual;
  nn::Drop(pool_, kernels_, mask, branch_.data(), dresidual, N_ * C_);
  return branch_.data();
}

void BlockPass::AttentionForward(BlockActivations& a, const DropoutMask& mask) {
  float* out = linear_.Stage(a.attention);
  if (precision_ == Precision::kBf16) {
    nn::AttentionForward(pool_, kernels_, *nn::FindBf16Kernels(), attention_,
                         out, a.log_sum.data(), a.qkv.data(), mask);
  } else {
    nn::AttentionForward(pool_, kernels_, kernels_.panels, attention_, out,
                         a.log_sum.data(), a.qkv.data(), mask);
  }
  linear_.Keep(a.attention);
}

void BlockPass::AttentionBackward(BlockActivations& a, float* dqkv,
                                  const DropoutMask& mask) {
  if (precision_ == Precision::kBf16) {
    nn::AttentionBackward(pool_, kernels_, *nn::FindBf16Kernels(), attention_,
                          dqkv, dnarrow_.data(), a.log_sum.data(), a.qkv.data(),
                          mask);
  } else {
    nn::AttentionBackward(pool_, kernels_, kernels_.panels, attention_, dqkv,
                          dnarrow_.data(), a.log_sum.data(), a.qkv.data(),
                          mask);
  }
}

}  // namespace artspeak::gpt2
