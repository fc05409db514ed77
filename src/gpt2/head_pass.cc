#include "gpt2/head_pass.h"

#include <utility>

#include "nn/layer_norm.h"

namespace artspeak::gpt2 {

using nn::VocabularyBlock;

HeadPass::HeadPass(const Config& config, int64_t N, Precision precision,
                   Memory memory, base::ThreadPool& pool, LinearPass& linear)
    : N_(N),
      C_(config.width),
      V_(config.vocab_size),
      block_size_(BlockSize(config)),
      epsilon_(config.layer_norm_epsilon),
      memory_(memory),
      pool_(pool),
      kernels_(nn::BestKernels()),
      linear_(linear),
      ln_f_(precision, N, C_),
      ln_f_mean_(N),
      ln_f_rstd_(N),
      dnormed_(N * C_),
      logits_(N * (memory == Memory::kRoomy ? V_ : block_size_)) {}

template <typename Work>
void HeadPass::ForBlocks(Work work) {
  for (int64_t first = 0; first < V_; first += block_size_) {
    float* logits =
        logits_.data() + (memory_ == Memory::kRoomy ? N_ * first : 0);
    work(VocabularyBlock{first, std::min(block_size_, V_ - first)}, logits);
  }
}

void HeadPass::Normalize(const Weights& weights, const float* in) {
  nn::LayerNormForward(pool_, kernels_, {N_, C_}, linear_.Stage(ln_f_),
                       ln_f_mean_.data(), ln_f_rstd_.data(), in,
                       weights.ln_f_weight, weights.ln_f_bias, epsilon_);
  linear_.Keep(ln_f_);
}

void HeadPass::BlockLogits(const Weights& weights, VocabularyBlock block,
                           float* logits, LinearPass::Hook after) {
  linear_.Forward(logits, ln_f_, weights.wte + block.first * C_,
                  {C_, block.size, true}, {}, std::move(after));
}

double HeadPass::Forward(const Weights& weights, const float* in,
                         std::span<const int32_t> targets) {
  targets_.assign(targets.begin(), targets.end());
  losses_.assign(targets.size(), {});
  counted_ = std::ranges::count_if(targets, [](int32_t id) { return id >= 0; });
  Normalize(weights, in);
  ForBlocks([&](VocabularyBlock block, float* logits) {
    BlockLogits(weights, block, logits, [&](int64_t begin, int64_t end) {
      nn::GatherLosses(kernels_, losses_.data() + begin,
                       logits + begin * block.size, targets_.data() + begin,
                       end - begin, block);
    });
  });
  if (counted_ == 0) return 0;
  double total = 0;
  for (size_t i = 0; i < losses_.size(); ++i) {
    if (targets_[i] >= 0) total += losses_[i].nats();
  }
  return total / static_cast<double>(counted_);
}

void HeadPass::Logits(const Weights& weights, const float* in, float* logits) {
  Normalize(weights, in);
  ForBlocks([&](VocabularyBlock block, float* some) {
    BlockLogits(weights, block, some, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        std::copy_n(some + i * block.size, block.size,
                    logits + i * V_ + block.first);
      }
    });
  });
}

void HeadPass::Backward(const Weights& weights, const float* in, float scale,
                        const HeadGradients& gradients, float* dresidual) {
  std::fill_n(dresidual, N_ * C_, 0.0f);
  if (counted_ == 0) return;
  ForBlocks([&](VocabularyBlock block, float* logits) {
    const LinearPass::Hook differentiate = [&](int64_t begin, int64_t end) {
      nn::CrossEntropyGradient(kernels_, logits + begin * block.size,
                               losses_.data() + begin, targets_.data() + begin,
                               end - begin, block);
    };
    if (memory_ == Memory::kLow) {
      BlockLogits(weights, block, logits, differentiate);
    } else {
      constexpr int64_t kRows = 16;  // of one task
      pool_.For(N_, kRows, differentiate);
    }
    const int64_t at = block.first * C_;
    linear_.Backward(
        {.in = dnormed_.data(),
         .add_to_in = block.first > 0,
         .weight = gradients.wte != nullptr ? gradients.wte + at : nullptr},
        logits, ln_f_, weights.wte + at, {C_, block.size, true},
        scale / static_cast<float>(counted_), {});
  });
  nn::LayerNormBackward(pool_, kernels_, {N_, C_}, dresidual,
                        gradients.ln_f_weight, gradients.ln_f_bias,
                        dnormed_.data(), in, weights.ln_f_weight,
                        ln_f_mean_.data(), ln_f_rstd_.data());
}

}  // namespace artspeak::gpt2
