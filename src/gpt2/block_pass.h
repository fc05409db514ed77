// One block of a training step (layer norm, attention, layer norm, feed
// forward, each added to the residual stream), forward and backward.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "gpt2/dropout.h"
#include "gpt2/linear_pass.h"
#include "gpt2/low_rank.h"
#include "gpt2/precision.h"
#include "gpt2/tensors.h"
#include "nn/attention.h"
#include "nn/buffer.h"
#include "nn/kernels.h"
#include "nn/layer_norm.h"

namespace artspeak::gpt2 {

// What the backward pass reads of one block, besides what entered it. N = B · T
// tokens.
struct BlockActivations {
  BlockActivations(const Config& config, int64_t N, Precision precision);

  LinearInput ln_1;                 // (N, C)
  nn::Buffer ln_1_mean, ln_1_rstd;  // (N)
  nn::Buffer qkv;                   // (N, 3C)
  nn::Buffer log_sum;               // (B, NH, T)
  LinearInput attention;            // (N, C), before its projection
  nn::Buffer middle;                // (N, C), residual after attention
  LinearInput ln_2;
  nn::Buffer ln_2_mean, ln_2_rstd;
  nn::Buffer hidden;      // (N, 4C), before GELU
  LinearInput activated;  // (N, 4C), after GELU
};

// One block of one step, as its passes need it.
struct BlockStep {
  int layer = 0;
  const LayerTensors<const float>& weights;
  const float* in = nullptr;  // (N, C), the residual stream as it enters
  BlockActivations& activations;
  const Dropout& dropout;
};

// Scratch memory for the blocks of a model, which take turns. The results are
// the same bits whatever the number of threads, and whenever they are computed.
// Not thread-safe; `pool` and `linear` must outlive it.
class BlockPass {
 public:
  BlockPass(const Config& config, int B, int T, Precision precision,
            base::ThreadPool& pool, LinearPass& linear);

  // out (N, C): the residual stream as it leaves.
  void Forward(const BlockStep& step, float* out);
  // Forward's activations without `out`, which Backward does not need.
  void Activate(const BlockStep& step);
  // dresidual (N, C), d loss / d out, becomes d loss / d in; the gradients are
  // added to, or not wanted where they are null, all of them together, and so
  // are those of low rank.
  void Backward(const BlockStep& step, const LayerTensors<float>& gradients,
                const LowRankBlock* low_rank, float* dresidual);

 private:
  // out (N, Out) = input · weight + bias; `after` runs on finished rows.
  void Linear(float* out, const LinearInput& input, const float* weight,
              const float* bias, LinearShape shape,
              LinearPass::Hook after = {});
  // out (N, C) = residual + dropped(input · weight + bias)
  void LinearOnto(float* out, const float* residual, const LinearInput& input,
                  const float* weight, const float* bias, int64_t In,
                  const nn::DropoutMask& mask);
  // gradients.in (N, In) = dout · weightᵀ; the others as in LinearPass; dbias
  // += dout's sums
  void LinearBackward(const LinearGradients& gradients, float* dbias,
                      const float* dout, const LinearInput& input,
                      const float* weight, LinearShape shape,
                      LinearPass::Hook after = {});
  // What reaches a dropped branch of the residual stream's gradient.
  const float* BranchGradient(const float* dresidual,
                              const nn::DropoutMask& mask);
  // From a.qkv to a.attention.
  void AttentionForward(BlockActivations& a, const nn::DropoutMask& mask);
  // From dnarrow_ to dqkv (N, 3C).
  void AttentionBackward(BlockActivations& a, float* dqkv,
                         const nn::DropoutMask& mask);

  const int64_t N_, C_;
  const float epsilon_;
  const nn::AttentionShape attention_;
  const Precision precision_;
  base::ThreadPool& pool_;
  const nn::Kernels& kernels_;
  LinearPass& linear_;
  nn::Buffer branch_;   // (N, C), a dropped branch
  nn::Buffer dnarrow_;  // (N, C)
  nn::Buffer dwide_;    // (N, 4C)
};

}  // namespace artspeak::gpt2
