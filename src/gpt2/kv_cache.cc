#include "gpt2/kv_cache.h"

#include <algorithm>
#include <cassert>

#include "base/error.h"
#include "nn/bfloat16.h"

namespace artspeak::gpt2 {

KvCache::KvCache(const Config& config, int capacity)
    : layers_(config.layers),
      heads_(config.heads),
      head_width_(config.head_width()),
      bfloat16_(config.weights != WeightFormat::kFloat),
      capacity_(capacity) {
  if (capacity < 1 || capacity > config.context) {
    throw base::Error(
        "a sequence of {} tokens does not fit this model: "
        "choose 1 to {}",
        capacity, config.context);
  }
  const int64_t numbers = 2 * layers_ * plane();
  data_ = nn::Buffer(bfloat16_ ? (numbers + 1) / 2 : numbers);
}

// Keys and values of every head of every layer, a run each.
template <typename Number>
void KvCache::CopyRuns(const KvCache& other) {
  const auto* from = reinterpret_cast<const Number*>(other.data_.data());
  auto* to = reinterpret_cast<Number*>(data_.data());
  const int64_t used = int64_t{other.length_} * head_width_;
  for (int64_t run = 0; run < int64_t{2} * layers_ * heads_; ++run) {
    std::copy_n(from + run * other.capacity_ * head_width_, used,
                to + run * capacity_ * head_width_);
  }
}

void KvCache::CopyFrom(const KvCache& other) {
  assert(layers_ == other.layers_ && heads_ == other.heads_ &&
         head_width_ == other.head_width_ && bfloat16_ == other.bfloat16_ &&
         other.length_ <= capacity_);
  if (bfloat16_) {
    CopyRuns<nn::Bfloat16>(other);
  } else {
    CopyRuns<float>(other);
  }
  length_ = other.length_;
}

}  // namespace artspeak::gpt2
