// LoRA: of each matrix in the blocks a change of low rank is learned, and
// nothing else. Hu et al., "LoRA: Low-Rank Adaptation of Large Language
// Models", ICLR 2022, section 4.1, equation 3.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "gpt2/gradient_sink.h"
#include "gpt2/low_rank.h"
#include "nn/matmul.h"

namespace artspeak::train {

// Where the two factors of a change are.
struct LoraMatrix {
  int64_t weight = 0;  // W (In, Out), in the model's flat buffer
  int64_t In = 0, Out = 0;
  int64_t a = 0;  // A (In, rank), in the adapters' buffer
  int64_t b = 0;  // B (Out, rank), likewise
};

// W = W0 + kScale · A · Bᵀ, for the four matrices of each block. The model
// holds W, so whatever computes with it needs to know nothing of A and B; W0 is
// not kept. The adapters, all A and B, are one flat buffer; their gradients
// have the same form. The same bits for any number of threads. `pool` must
// outlive it; not thread-safe.
class Lora {
 public:
  // alpha / rank. A constant, so that the size of a change, and with it the
  // learning rate that suits, depends little on the rank; twice the rank is
  // the usual alpha.
  static constexpr float kScale = 2;

  // Throws Error unless 1 <= rank <= config.width.
  static void CheckRank(const gpt2::Config& config, int rank);
  // The same.
  Lora(const gpt2::Config& config, int rank, base::ThreadPool& pool);

  int rank() const { return rank_; }
  int64_t size() const { return size_; }  // numbers of all adapters
  // Four for each layer, in the order of the flat buffer.
  const std::vector<LoraMatrix>& matrices() const { return matrices_; }

  // A is drawn, of variance 1 / (3 In) as in the authors' program; B is zero,
  // so that training begins with the model as it is.
  std::vector<float> InitialAdapters(uint64_t seed) const;

  // parameters: the model. W += kScale · (A_now · B_nowᵀ - A_before ·
  // B_beforeᵀ). Each call rounds W once more.
  void Move(std::span<float> parameters, std::span<const float> before,
            std::span<const float> now);

 private:
  int rank_;
  nn::Multiplier multiplier_;
  std::vector<LoraMatrix> matrices_;
  int64_t size_ = 0;
  std::vector<float> left_, right_;  // scratch of Move
};

// Adds the adapters' gradients of a backward pass to `gradients`, and wants no
// others. All that is referred to must outlive it.
class LoraGradients : public gpt2::GradientSink {
 public:
  LoraGradients(const Lora& lora, const gpt2::Config& config,
                std::span<const float> adapters, std::span<float> gradients);

  float* Begin(const gpt2::GradientGroup&) override { return nullptr; }
  void Done(const gpt2::GradientGroup&) override {}
  const gpt2::LowRankBlock* LowRank(const gpt2::GradientGroup& group) override;

 private:
  std::vector<gpt2::GradientGroup> layers_;
  std::vector<gpt2::LowRankBlock> blocks_;  // one for each
};

}  // namespace artspeak::train
