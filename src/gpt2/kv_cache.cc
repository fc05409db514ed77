#include "gpt2/kv_cache.h"

#include <cassert>
#include <cstring>

#include "base/error.h"
#include "nn/bfloat16.h"
#include "nn/int8_rows.h"

namespace artspeak::gpt2 {

KvFormat DefaultKvFormat(const Config& config) {
  return config.weights == WeightFormat::kFloat ? KvFormat::kFp32
                                                : KvFormat::kBf16;
}

KvCache::KvCache(const Config& config, int capacity,
                 std::optional<KvFormat> format)
    : layers_(config.layers),
      heads_(config.heads),
      head_width_(config.head_width()),
      format_(format.value_or(DefaultKvFormat(config))) {
  if (capacity < 1 || capacity > config.context) {
    throw base::Error(
        "a sequence of {} tokens does not fit this model: "
        "choose 1 to {}",
        capacity, config.context);
  }
  Reserve(capacity);
}

void KvCache::Reserve(int capacity) {
  constexpr auto kSize = static_cast<int64_t>(sizeof(float));
  data_.Grow((runs() * RunBytes(capacity) + kSize - 1) / kSize);
  capacity_ = capacity;
}

void KvCache::Grow(int capacity) {
  if (capacity <= capacity_) return;
  const int64_t before = RunBytes(capacity_);
  const auto used = static_cast<size_t>(RunBytes(length_));
  Reserve(capacity);
  const auto* from = reinterpret_cast<const std::byte*>(data_.data());
  // From the last on: a run's new place covers no old place of those before.
  for (int64_t i = runs() - 1; i > 0; --i) {
    std::memmove(run(i), from + i * before, used);
  }
}

int64_t KvCache::RunBytes(int tokens) const {
  const int64_t numbers = tokens * head_width_;
  switch (format_) {
    case KvFormat::kFp32:
      return numbers * static_cast<int64_t>(sizeof(float));
    case KvFormat::kBf16:
      return numbers * static_cast<int64_t>(sizeof(nn::Bfloat16));
    case KvFormat::kInt8:
      return nn::Int8RowsBytes(tokens, head_width_);
  }
  return 0;
}

void KvCache::CopyFrom(const KvCache& other) {
  assert(layers_ == other.layers_ && heads_ == other.heads_ &&
         head_width_ == other.head_width_ && format_ == other.format_ &&
         other.length_ <= capacity_);
  const auto* from = reinterpret_cast<const std::byte*>(other.data_.data());
  const auto used = static_cast<size_t>(RunBytes(other.length_));
  for (int64_t i = 0; i < runs(); ++i) {
    std::memcpy(run(i), from + i * other.RunBytes(other.capacity_), used);
  }
  length_ = other.length_;
}

}  // namespace artspeak::gpt2
