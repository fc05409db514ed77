// The end of a training step's forward pass and the beginning of its backward
// pass: final norm, logits, loss.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "gpt2/linear_pass.h"
#include "gpt2/memory.h"
#include "gpt2/precision.h"
#include "gpt2/tensors.h"
#include "nn/buffer.h"
#include "nn/cross_entropy.h"
#include "nn/kernels.h"

namespace artspeak::gpt2 {

// What a head's backward pass adds to. `wte` may be null, and the norm's two
// together: not wanted.
struct HeadGradients {
  float* wte = nullptr;          // (V, C)
  float* ln_f_weight = nullptr;  // (C)
  float* ln_f_bias = nullptr;
};

// Works through the vocabulary in blocks: what it needs of one fits into the
// cache and serves all N tokens, and the gradient of wte is written once. With
// Memory::kLow a block's logits are computed again in the backward pass. The
// results are the same bits whatever the number of threads and the memory. Not
// thread-safe; `pool` and `linear` must outlive it.
class HeadPass {
 public:
  // Tokens of a block, and its widest product.
  static int64_t BlockSize(const Config& config) {
    return std::min<int64_t>(config.vocab_size, 2048);
  }

  HeadPass(const Config& config, int64_t N, Precision precision, Memory memory,
           base::ThreadPool& pool, LinearPass& linear);

  // The mean loss, in nats, over the targets (N) that are not -1; 0 if all are.
  // in: (N, C), what the last block put out.
  double Forward(const Weights& weights, const float* in,
                 std::span<const int32_t> targets);
  // Instead: logits (N, V).
  void Logits(const Weights& weights, const float* in, float* logits);
  // After Forward, with the same `in`: dresidual (N, C) = scale · d loss / d
  // in, and adds scale · d loss / d parameter. Zeros if no target counts.
  void Backward(const Weights& weights, const float* in, float scale,
                const HeadGradients& gradients, float* dresidual);

 private:
  void Normalize(const Weights& weights, const float* in);
  // Calls work(block, its logits' memory) for all blocks in turn.
  template <typename Work>
  void ForBlocks(Work work);
  // logits (N, block.size), `after` running on finished rows.
  void BlockLogits(const Weights& weights, nn::VocabularyBlock block,
                   float* logits, LinearPass::Hook after);

  const int64_t N_, C_, V_, block_size_;
  const float epsilon_;
  const Memory memory_;
  base::ThreadPool& pool_;
  const nn::Kernels& kernels_;
  LinearPass& linear_;
  LinearInput ln_f_;                  // (N, C)
  nn::Buffer ln_f_mean_, ln_f_rstd_;  // (N)
  nn::Buffer dnormed_;                // (N, C)
  // kRoomy: of all blocks, (N, block) one after the other; kLow: of one.
  nn::Buffer logits_;
  std::vector<nn::TokenLoss> losses_;  // (N)
  std::vector<int32_t> targets_;       // of the last Forward
  int64_t counted_ = 0;                // those that are not -1
};

}  // namespace artspeak::gpt2
