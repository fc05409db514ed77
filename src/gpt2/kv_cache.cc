#include "gpt2/kv_cache.h"

#include <algorithm>
#include <cassert>

#include "base/error.h"

namespace artspeak::gpt2 {

KvCache::KvCache(const Config& config, int capacity)
    : layers_(config.layers),
      heads_(config.heads),
      head_width_(config.head_width()),
      capacity_(capacity) {
  if (capacity < 1 || capacity > config.context) {
    throw base::Error(
        "a sequence of {} tokens does not fit this model: "
        "choose 1 to {}",
        capacity, config.context);
  }
  data_ = nn::Buffer(2 * layers_ * plane());
}

void KvCache::CopyFrom(const KvCache& other) {
  assert(layers_ == other.layers_ && heads_ == other.heads_ &&
         head_width_ == other.head_width_ && other.length_ <= capacity_);
  const int64_t used = int64_t{other.length_} * head_width_;
  // Keys and values of every head of every layer, a run each.
  for (int64_t run = 0; run < int64_t{2} * layers_ * heads_; ++run) {
    std::copy_n(other.data_.data() + run * other.capacity_ * head_width_, used,
                data_.data() + run * capacity_ * head_width_);
  }
  length_ = other.length_;
}

}  // namespace artspeak::gpt2
