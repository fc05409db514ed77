// What attention remembers of one sequence: its tokens' keys and values.
#pragma once

#include <cstdint>

#include "gpt2/config.h"
#include "nn/buffer.h"

namespace artspeak::gpt2 {

// Keys and values of up to `capacity` tokens: per layer, keys then values, each
// (heads, capacity, head_width). In fp32; with packed weights, whose rounding
// is no finer, in bfloat16: half the memory, and half of it to read for every
// token. Filled by Inference. Not thread-safe.
class KvCache {
 public:
  // capacity is at least 1 and at most config.context: else throws Error.
  KvCache(const Config& config, int capacity);

  int length() const { return length_; }  // tokens held
  int capacity() const { return capacity_; }
  void Clear() { length_ = 0; }

  // Takes over the tokens of `other`, a cache for the same model that holds
  // no more than fit here: so one prefill serves several samples.
  void CopyFrom(const KvCache& other);

 private:
  friend class Inference;
  // Of one layer; of the type that bfloat16_ tells.
  template <typename Number>
  Number* keys(int layer) {
    return reinterpret_cast<Number*>(data_.data()) + 2 * layer * plane();
  }
  template <typename Number>
  Number* values(int layer) {
    return keys<Number>(layer) + plane();
  }
  // Numbers in one layer's keys: heads × capacity × head_width.
  int64_t plane() const { return int64_t{heads_} * capacity_ * head_width_; }
  template <typename Number>
  void CopyRuns(const KvCache& other);

  int layers_, heads_, head_width_;
  bool bfloat16_;
  int capacity_;
  int length_ = 0;
  nn::Buffer data_;
};

}  // namespace artspeak::gpt2
