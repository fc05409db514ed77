// What attention remembers of one sequence: its tokens' keys and values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "gpt2/config.h"
#include "gpt2/kv_format.h"
#include "nn/buffer.h"

namespace artspeak::gpt2 {

// fp32 for weights in floats; bfloat16 for packed ones, whose rounding is no
// finer: half the memory, and half of it to read for every token.
KvFormat DefaultKvFormat(const Config& config);

// Keys and values of up to `capacity` tokens: per layer, keys then values, each
// a run for each head of `capacity` rows of head_width: numbers, or for kInt8
// blocks of bytes as nn/int8_rows.h has them. Memory is taken only where tokens
// were written. Filled by Inference. Not thread-safe.
class KvCache {
 public:
  // capacity is at least 1 and at most config.context: else throws Error.
  // format: none means the default.
  KvCache(const Config& config, int capacity,
          std::optional<KvFormat> format = {});

  KvFormat format() const { return format_; }
  int length() const { return length_; }  // tokens held
  int capacity() const { return capacity_; }
  int64_t bytes() const { return runs() * RunBytes(capacity_); }
  void Clear() { length_ = 0; }

  // Makes room for more tokens, config.context at most; those held stay. From
  // 2 MB on takes no memory beside that of the larger cache.
  void Grow(int capacity);

  // Takes over the tokens of `other`, a cache of the same format for the same
  // model that holds no more than fit here: so one prefill serves several
  // samples.
  void CopyFrom(const KvCache& other);

 private:
  friend class Inference;
  // The runs of one head.
  std::byte* keys(int64_t layer, int64_t head) {
    return run(2 * layer * heads_ + head);
  }
  std::byte* values(int64_t layer, int64_t head) {
    return run((2 * layer + 1) * heads_ + head);
  }
  std::byte* run(int64_t index) {
    return reinterpret_cast<std::byte*>(data_.data()) +
           index * RunBytes(capacity_);
  }
  // Bytes of a run's first `tokens`.
  int64_t RunBytes(int tokens) const;
  int64_t runs() const { return 2 * layers_ * heads_; }
  void Reserve(int capacity);

  int64_t layers_, heads_, head_width_;
  KvFormat format_;
  int capacity_ = 0;
  int length_ = 0;
  nn::Buffer data_;
};

}  // namespace artspeak::gpt2
