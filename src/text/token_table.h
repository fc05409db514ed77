// Bytes -> token: the look-up that nearly every word of a text ends with.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/vocabulary.h"

namespace artspeak::text {

// Immutable once filled; then thread-safe.
class TokenTable {
 public:
  static constexpr TokenId kNone = -1;

  // Room for `tokens` tokens.
  explicit TokenTable(size_t tokens);

  // False if the bytes are there already. They must not be empty. Call at most
  // `tokens` times.
  bool Add(std::string_view bytes, TokenId token);

  // The token that is exactly `bytes`, or kNone.
  TokenId Find(std::string_view bytes) const {
    return FindPrefix(bytes, bytes.size());
  }

  // The token that is exactly the first `size` bytes of `text`. Faster than
  // Find when 16 bytes can be read there, wherever the token ends.
  TokenId FindPrefix(std::string_view text, size_t size) const;

 private:
  // Up to 16 bytes lie in their slot, as two numbers with zeros behind them:
  // one comparison, and no other place in memory to go to.
  static constexpr size_t kShort = 16;
  struct Key {
    uint64_t low = 0, high = 0;
    uint32_t size = 0;  // 0: the slot is empty
    bool operator==(const Key&) const = default;
  };
  struct Slot {
    Key key;
    TokenId token = kNone;
  };

  static Key KeyOf(std::string_view text, size_t size);
  size_t SlotOf(const Key& key) const;

  std::vector<Slot> slots_;  // open addressing, at most half full
  int shift_;                // 64 - log2(slots_.size())
  std::unordered_map<std::string, TokenId> long_;
};

}  // namespace artspeak::text
