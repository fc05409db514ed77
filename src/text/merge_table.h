// The merges of a byte-pair encoding: which neighbours join, in which order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "text/vocabulary.h"

namespace artspeak::text {

// Immutable once filled; then thread-safe.
class MergeTable {
 public:
  // Room for `merges` merges, numbered (ranked) from 0 in the order of Add.
  explicit MergeTable(size_t merges);

  // Joins `left` and `right` to `product`. False if the pair is already there.
  // Call at most `merges` times.
  bool Add(TokenId left, TokenId right, TokenId product);

  // Joins, as long as there is one, the neighbours of lowest rank (of equal
  // ones the leftmost), and appends what is left to `out`. Quadratic with a
  // tiny constant for words, n log n beyond.
  void Apply(std::span<const TokenId> symbols, std::vector<TokenId>& out) const;

 private:
  struct Slot {
    uint64_t pair = kEmpty;  // left << 32 | right
    int32_t rank = 0;
    TokenId product = 0;
  };
  static constexpr uint64_t kEmpty = ~uint64_t{0};

  size_t SlotOf(uint64_t pair) const;
  // Null if the two do not join.
  const Slot* Find(TokenId left, TokenId right) const;
  void ApplyToWord(std::span<const TokenId> symbols,
                   std::vector<TokenId>& out) const;
  void ApplyToLong(std::span<const TokenId> symbols,
                   std::vector<TokenId>& out) const;

  std::vector<Slot> slots_;  // open addressing, at most half full
  int shift_;                // 64 - log2(slots_.size())
  int32_t size_ = 0;
};

}  // namespace artspeak::text
