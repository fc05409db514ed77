#include "train/lora.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "gpt2/parameters.h"
#include "nn/matmul.h"

namespace artspeak::train {

Lora::Lora(const gpt2::Config& config, int rank, base::ThreadPool& pool)
    : rank_(rank), pool_(pool) {
  if (rank < 1 || rank > config.width) {
    throw base::UsageError(
        "--lora {} does not fit the model: choose a rank from 1 to its width, "
        "{}",
        rank, config.width);
  }
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

void Lora::AddGradients(std::span<float> gradients,
                        std::span<const float> adapters,
                        std::span<const float> layer, int64_t offset) {
  const int64_t end = offset + static_cast<int64_t>(layer.size());
  for (const LoraMatrix& m : matrices_) {
    if (m.weight < offset || m.weight >= end) continue;
    assert(m.weight + m.In * m.Out <= end);
    const nn::MatrixView dweight{&layer[m.weight - offset], m.Out};
    nn::Multiply(pool_, {.rows = m.In,
                         .columns = rank_,
                         .inner = m.Out,
                         .a = dweight,
                         .b = {&adapters[m.b], m.Out, true},
                         .c = &gradients[m.a],
                         .c_stride = rank_,
                         .alpha = kScale,
                         .accumulate = true});
    nn::Multiply(pool_, {.rows = rank_,
                         .columns = m.Out,
                         .inner = m.In,
                         .a = {&adapters[m.a], rank_, true},
                         .b = dweight,
                         .c = &gradients[m.b],
                         .c_stride = m.Out,
                         .alpha = kScale,
                         .accumulate = true});
  }
}

void Lora::Move(std::span<float> parameters, std::span<const float> before,
                std::span<const float> now) {
  const int64_t inner = 2 * rank_;
  for (const LoraMatrix& m : matrices_) {
    // A' B' - A B = (A' - A) B' + A (B' - B), where nothing large cancels: one
    // product of (A' - A | A) and (B' over B' - B).
    for (int64_t i = 0; i < m.In; ++i) {
      for (int64_t k = 0; k < rank_; ++k) {
        const int64_t at = m.a + i * rank_ + k;
        left_[i * inner + k] = now[at] - before[at];
        left_[i * inner + rank_ + k] = before[at];
      }
    }
    const int64_t half = rank_ * m.Out;
    for (int64_t i = 0; i < half; ++i) {
      right_[i] = now[m.b + i];
      right_[half + i] = now[m.b + i] - before[m.b + i];
    }
    nn::Multiply(pool_, {.rows = m.In,
                         .columns = m.Out,
                         .inner = inner,
                         .a = {left_.data(), inner},
                         .b = {right_.data(), m.Out},
                         .c = &parameters[m.weight],
                         .c_stride = m.Out,
                         .alpha = kScale,
                         .accumulate = true});
  }
}

}  // namespace artspeak::train
