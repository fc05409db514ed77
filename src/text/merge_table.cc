#include "text/merge_table.h"

#include <array>
#include <bit>
#include <limits>
#include <queue>
#include <tuple>

namespace artspeak::text {

namespace {

// Up to here a scan of an array on the stack beats a heap.
constexpr size_t kWordSymbols = 64;
constexpr int32_t kNoRank = std::numeric_limits<int32_t>::max();

uint64_t PairOf(TokenId left, TokenId right) {
  return uint64_t{static_cast<uint32_t>(left)} << 32 |
         static_cast<uint32_t>(right);
}

}  // namespace

MergeTable::MergeTable(size_t merges)
    : slots_(std::bit_ceil(2 * merges + 2)),
      shift_(64 - std::countr_zero(slots_.size())) {}

size_t MergeTable::SlotOf(uint64_t pair) const {
  // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
  size_t i = (pair ^ pair >> 29) * 0x9E3779B97F4A7C15u >> shift_;
  while (slots_[i].pair != pair && slots_[i].pair != kEmpty) {
    i = (i + 1) & (slots_.size() - 1);
  }
  return i;
}

bool MergeTable::Add(TokenId left, TokenId right, TokenId product) {
  const uint64_t pair = PairOf(left, right);
  Slot& slot = slots_[SlotOf(pair)];
  if (slot.pair == pair) return false;
  slot = {pair, size_++, product};
  return true;
}

const MergeTable::Slot* MergeTable::Find(TokenId left, TokenId right) const {
  const Slot& slot = slots_[SlotOf(PairOf(left, right))];
  return slot.pair == kEmpty ? nullptr : &slot;
}

void MergeTable::Apply(std::span<const TokenId> symbols,
                       std::vector<TokenId>& out) const {
  if (symbols.size() <= kWordSymbols) {
    ApplyToWord(symbols, out);
  } else {
    ApplyToLong(symbols, out);
  }
}

void MergeTable::ApplyToWord(std::span<const TokenId> symbols,
                             std::vector<TokenId>& out) const {
  struct Part {
    TokenId token;
    int32_t rank;  // of joining this part with the next
    TokenId product;
  };
  std::array<Part, kWordSymbols> parts;
  size_t count = symbols.size();
  const auto look_up = [&](size_t i) {
    const Slot* slot =
        i + 1 < count ? Find(parts[i].token, parts[i + 1].token) : nullptr;
    parts[i].rank = slot ? slot->rank : kNoRank;
    parts[i].product = slot ? slot->product : 0;
  };
  for (size_t i = 0; i < count; ++i) parts[i].token = symbols[i];
  for (size_t i = 0; i < count; ++i) look_up(i);
  for (;;) {
    size_t best = 0;
    for (size_t i = 1; i < count; ++i) {
      if (parts[i].rank < parts[best].rank) best = i;
    }
    if (count == 0 || parts[best].rank == kNoRank) break;
    parts[best].token = parts[best].product;
    for (size_t i = best + 1; i + 1 < count; ++i) parts[i] = parts[i + 1];
    --count;
    look_up(best);
    if (best > 0) look_up(best - 1);
  }
  for (size_t i = 0; i < count; ++i) out.push_back(parts[i].token);
}

void MergeTable::ApplyToLong(std::span<const TokenId> symbols,
                             std::vector<TokenId>& out) const {
  // A linked list in arrays; a joined part lives on in its left half's place.
  struct Part {
    TokenId token;
    int32_t previous, next;  // -1 at the ends
  };
  struct Candidate {
    int32_t rank, place;
    TokenId left, right, product;
    bool operator>(const Candidate& other) const {
      return std::tie(rank, place) > std::tie(other.rank, other.place);
    }
  };
  constexpr TokenId kGone = -1;

  const auto count = static_cast<int32_t>(symbols.size());
  std::vector<Part> parts(symbols.size());
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto consider = [&](int32_t place) {
    if (place < 0 || parts[place].next < 0) return;
    const TokenId left = parts[place].token;
    const TokenId right = parts[parts[place].next].token;
    if (const Slot* slot = Find(left, right)) {
      queue.push({slot->rank, place, left, right, slot->product});
    }
  };
  for (int32_t i = 0; i < count; ++i) {
    parts[i] = {symbols[i], i - 1, i + 1 < count ? i + 1 : -1};
  }
  for (int32_t i = 0; i < count; ++i) consider(i);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Part& left = parts[best.place];
    // Entries are not removed when their parts change, only passed over here.
    if (left.token != best.left || left.next < 0 ||
        parts[left.next].token != best.right) {
      continue;
    }
    Part& right = parts[left.next];
    left.token = best.product;
    left.next = right.next;
    right.token = kGone;
    if (left.next >= 0) parts[left.next].previous = best.place;
    consider(best.place);
    consider(left.previous);
  }
  for (int32_t i = 0; i >= 0; i = parts[i].next) out.push_back(parts[i].token);
}

}  // namespace artspeak::text
