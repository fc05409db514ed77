#include "corpus/suffix_array.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace artspeak::corpus {

namespace {

constexpr uint32_t kNone = ~uint32_t{0};

// One level of the recursion, in the terms of the paper: a suffix is of type S
// if it is smaller than the one after it, else of type L; an S whose left
// neighbour is L is leftmost (LMS). Within the bucket of a first symbol all of
// type L come before all of type S.
class InducedSorting {
 public:
  InducedSorting(std::span<const uint32_t> sequence, uint32_t largest)
      : sequence_(sequence), small_(sequence.size()), ends_(largest + 1) {
    for (size_t i = sequence.size() - 1; i-- > 0;) {
      small_[i] = sequence[i] < sequence[i + 1] ||
                  (sequence[i] == sequence[i + 1] && small_[i + 1]);
    }
    for (const uint32_t symbol : sequence) ++ends_[symbol];
    uint32_t sum = 0;
    for (uint32_t& end : ends_) end = sum += end;
  }

  std::vector<uint32_t> Sort() {
    std::vector<uint32_t> leftmost;
    for (uint32_t i = 1; i < sequence_.size(); ++i) {
      if (IsLeftmost(i)) leftmost.push_back(i);
    }
    if (leftmost.size() > 1) {
      Induce(leftmost);  // by what stands up to the next leftmost
      SortLeftmost(leftmost);
    }
    Induce(leftmost);
    return std::move(suffixes_);
  }

 private:
  bool IsLeftmost(uint32_t i) const {
    return i > 0 && small_[i] && !small_[i - 1];
  }

  // Fills suffixes_ from the leftmost ones, whose order within a bucket stands.
  void Induce(std::span<const uint32_t> leftmost) {
    const size_t n = sequence_.size();
    suffixes_.assign(n, kNone);
    std::vector<uint32_t> next = ends_;
    for (size_t i = leftmost.size(); i-- > 0;) {
      suffixes_[--next[sequence_[leftmost[i]]]] = leftmost[i];
    }
    for (size_t symbol = next.size(); symbol-- > 1;) {
      next[symbol] = ends_[symbol - 1];
    }
    next[0] = 0;
    const auto place_large = [&](uint32_t suffix) {
      suffixes_[next[sequence_[suffix]]++] = suffix;
    };
    place_large(static_cast<uint32_t>(n - 1));  // before it stands the end
    for (size_t i = 0; i < n; ++i) {
      const uint32_t suffix = suffixes_[i];
      if (suffix != kNone && suffix > 0 && !small_[suffix - 1]) {
        place_large(suffix - 1);
      }
    }
    next = ends_;
    for (size_t i = n; i-- > 0;) {
      const uint32_t suffix = suffixes_[i];
      if (suffix != kNone && suffix > 0 && small_[suffix - 1]) {
        suffixes_[--next[sequence_[suffix - 1]]] = suffix - 1;
      }
    }
  }

  // From a leftmost place to the next one, or to the end.
  bool SamePiece(uint32_t a, uint32_t b) const {
    for (uint32_t k = 0;; ++k) {
      if (a + k >= sequence_.size() || b + k >= sequence_.size()) return false;
      if (sequence_[a + k] != sequence_[b + k] ||
          small_[a + k] != small_[b + k])
        return false;
      if (k > 0 && (IsLeftmost(a + k) || IsLeftmost(b + k))) {
        return IsLeftmost(a + k) && IsLeftmost(b + k);
      }
    }
  }

  // Replaces the leftmost places, in the order of the sequence, by the same in
  // the order of their suffixes.
  void SortLeftmost(std::vector<uint32_t>& leftmost) const {
    // Each piece gets its rank as a name. Leftmost places are never neighbours,
    // so half of one stands for it.
    std::vector<uint32_t> names(sequence_.size() / 2 + 1, kNone);
    uint32_t name = 0;
    uint32_t before = kNone;
    for (const uint32_t suffix : suffixes_) {
      if (!IsLeftmost(suffix)) continue;
      if (before != kNone && !SamePiece(before, suffix)) ++name;
      names[suffix / 2] = name;
      before = suffix;
    }
    std::erase(names, kNone);  // what is left is in the sequence's order
    assert(names.size() == leftmost.size());
    std::vector<uint32_t> order = SuffixArray(names, name);
    for (uint32_t& place : order) place = leftmost[place];
    leftmost = std::move(order);
  }

  std::span<const uint32_t> sequence_;
  std::vector<bool> small_;     // of type S
  std::vector<uint32_t> ends_;  // of each symbol's bucket
  std::vector<uint32_t> suffixes_;
};

}  // namespace

std::vector<uint32_t> SuffixArray(std::span<const uint32_t> sequence,
                                  uint32_t largest) {
  assert(sequence.size() < size_t{1} << 31);
  if (sequence.empty()) return {};
  return InducedSorting(sequence, largest).Sort();
}

}  // namespace artspeak::corpus
