// What attention remembers of one sequence: its tokens' keys and values.
#pragma once

#include <cstdint>

#include "gpt2/config.h"
#include "nn/buffer.h"

namespace artspeak::gpt2 {

// Keys and values of up to `capacity` tokens in fp32: per layer, keys then
// values, each (heads, capacity, head_width). Filled by Inference. Not
// thread-safe.
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
  float* keys(int layer) { return data_.data() + 2 * layer * plane(); }
  float* values(int layer) { return keys(layer) + plane(); }
  // Numbers in one layer's keys: heads × capacity × head_width.
  int64_t plane() const { return int64_t{heads_} * capacity_ * head_width_; }

  int layers_, heads_, head_width_;
  int capacity_;
  int length_ = 0;
  nn::Buffer data_;
};

}  // namespace artspeak::gpt2
