#include "train/lora.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "gpt2/parameters.h"

namespace artspeak::train {

void Lora::CheckRank(const gpt2::Config& config, int rank) {
  if (rank < 1 || rank > config.width) {
    throw base::UsageError(
        "--lora {} does not fit the model: choose a rank from 1 to its width, "
        "{}",
        rank, config.width);
  }
}

Lora::Lora(const gpt2::Config& config, int rank, base::ThreadPool& pool)
    : rank_(rank), multiplier_(pool) {
  CheckRank(config, rank);
  int64_t longest = 0;
  for (const gpt2::TensorPlace& tensor : gpt2::TensorPlaces(config)) {
    if (!tensor.name.starts_with("h.") || tensor.shape.size() != 2) continue;
    const int64_t In = tensor.shape[0], Out = tensor.shape[1];
    matrices_.push_back({.weight = tensor.offset,
                         .In = In,
                         .Out = Out,
                         .a = size_,
                         .b = size_ + In * rank});
    size_ += (In + Out) * rank;
    longest = std::max({longest, In, Out});
  }
  left_.resize(longest * 2 * rank);
  right_.resize(longest * 2 * rank);
}

std::vector<float> Lora::InitialAdapters(uint64_t seed) const {
  std::vector<float> adapters(size_);
  // Far from the low streams, which training draws from the same seed, and
  // from those that a new model is drawn from.
  uint64_t stream = uint64_t{1} << 33;
  for (const LoraMatrix& matrix : matrices_) {
    base::RandomStream random(seed, stream++);
    const double deviation = 1 / std::sqrt(3.0 * matrix.In);
    for (int64_t i = matrix.a; i < matrix.b; ++i) {
      adapters[i] = static_cast<float>(deviation * random.Normal());
    }
  }
  return adapters;
}

void Lora::Move(std::span<float> parameters, std::span<const float> before,
                std::span<const float> now) {
  const int64_t inner = 2 * rank_;
  for (const LoraMatrix& m : matrices_) {
    // A' B'ᵀ - A Bᵀ = (A' - A) B'ᵀ + A (B' - B)ᵀ, where nothing large cancels:
    // one product of (A' - A | A) and (B' | B' - B)ᵀ.
    for (int64_t i = 0; i < m.In; ++i) {
      for (int64_t k = 0; k < rank_; ++k) {
        const int64_t at = m.a + i * rank_ + k;
        left_[i * inner + k] = now[at] - before[at];
        left_[i * inner + rank_ + k] = before[at];
      }
    }
    for (int64_t i = 0; i < m.Out; ++i) {
      for (int64_t k = 0; k < rank_; ++k) {
        const int64_t at = m.b + i * rank_ + k;
        right_[i * inner + k] = now[at];
        right_[i * inner + rank_ + k] = now[at] - before[at];
      }
    }
    multiplier_.Multiply({.rows = m.In,
                          .columns = m.Out,
                          .inner = inner,
                          .a = {left_.data(), inner},
                          .b = {right_.data(), inner, true},
                          .c = &parameters[m.weight],
                          .c_stride = m.Out,
                          .alpha = kScale,
                          .accumulate = true});
  }
}

LoraGradients::LoraGradients(const Lora& lora, const gpt2::Config& config,
                             std::span<const float> adapters,
                             std::span<float> gradients)
    : layers_(gpt2::GradientGroups(config).layers) {
  auto matrix = lora.matrices().begin();
  const auto next = [&] {
    const LoraMatrix& m = *matrix++;
    return gpt2::LowRankChange{.rank = lora.rank(),
                               .scale = Lora::kScale,
                               .a = &adapters[m.a],
                               .b = &adapters[m.b],
                               .da = &gradients[m.a],
                               .db = &gradients[m.b]};
  };
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    // Braces keep the order.
    blocks_.push_back({next(), next(), next(), next()});
  }
}

const gpt2::LowRankBlock* LoraGradients::LowRank(
    const gpt2::GradientGroup& group) {
  const auto layer = std::ranges::find(layers_, group);
  assert(layer != layers_.end());
  return &blocks_[layer - layers_.begin()];
}

}  // namespace artspeak::train
