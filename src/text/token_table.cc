#include "text/token_table.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace artspeak::text {

namespace {

static_assert(std::endian::native == std::endian::little);

// Keeps the first `bytes` bytes of eight, 0 to 8.
constexpr uint64_t Mask(size_t bytes) {
  return bytes < 8 ? (uint64_t{1} << 8 * bytes) - 1 : ~uint64_t{0};
}

}  // namespace

TokenTable::TokenTable(size_t tokens)
    : slots_(std::bit_ceil(2 * tokens + 2)),
      shift_(64 - std::countr_zero(slots_.size())) {}

TokenTable::Key TokenTable::KeyOf(std::string_view text, size_t size) {
  uint64_t words[2] = {};
  if (text.size() >= sizeof words) {
    std::memcpy(words, text.data(), sizeof words);
  } else {
    std::memcpy(words, text.data(), size);
  }
  const size_t high = size > 8 ? size - 8 : 0;
  return {words[0] & Mask(size), words[1] & Mask(high),
          static_cast<uint32_t>(size)};
}

size_t TokenTable::SlotOf(const Key& key) const {
  // Multiplication carries every bit upwards (Knuth, The Art of Computer
  // Programming 3, 6.4).
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15u;
  uint64_t hash = (key.low ^ std::rotl(key.high, 29) ^ key.size) * kFactor;
  hash = (hash ^ hash >> 32) * kFactor;
  size_t i = hash >> shift_;
  while (slots_[i].key.size != 0 && slots_[i].key != key) {
    i = (i + 1) & (slots_.size() - 1);
  }
  return i;
}

bool TokenTable::Add(std::string_view bytes, TokenId token) {
  assert(!bytes.empty());
  if (bytes.size() > kShort) return long_.emplace(bytes, token).second;
  const Key key = KeyOf(bytes, bytes.size());
  Slot& slot = slots_[SlotOf(key)];
  if (slot.key == key) return false;
  slot = {key, token};
  return true;
}

TokenId TokenTable::FindPrefix(std::string_view text, size_t size) const {
  if (size > kShort) {
    const auto found = long_.find(std::string(text.substr(0, size)));
    return found == long_.end() ? kNone : found->second;
  }
  return slots_[SlotOf(KeyOf(text, size))].token;
}

}  // namespace artspeak::text
