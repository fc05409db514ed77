#include "corpus/suffix_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace artspeak::corpus {
namespace {

using Sequence = std::vector<uint32_t>;

std::vector<uint32_t> ByComparing(const Sequence& sequence) {
  std::vector<uint32_t> suffixes(sequence.size());
  std::iota(suffixes.begin(), suffixes.end(), 0u);
  std::sort(suffixes.begin(), suffixes.end(), [&](uint32_t a, uint32_t b) {
    return std::lexicographical_compare(sequence.begin() + a, sequence.end(),
                                        sequence.begin() + b, sequence.end());
  });
  return suffixes;
}

TEST(SuffixArray, OfEverySequenceUpToEightOfThreeSymbolsIsSorted) {
  for (size_t length = 0; length <= 8; ++length) {
    Sequence sequence(length);
    size_t count = 1;
    for (size_t i = 0; i < length; ++i) count *= 3;
    for (size_t number = 0; number < count; ++number) {
      size_t rest = number;
      for (uint32_t& symbol : sequence) {
        symbol = rest % 3;
        rest /= 3;
      }
      ASSERT_EQ(SuffixArray(sequence, 2), ByComparing(sequence)) << number;
    }
  }
}

TEST(SuffixArray, OfRandomSequencesIsSorted) {
  base::RandomStream random(1);
  for (const uint32_t symbols : {1u, 2u, 4u, 50u, 1000u}) {
    for (const size_t length : {40, 399, 1000}) {
      Sequence sequence(length);
      for (uint32_t& symbol : sequence) {
        symbol = static_cast<uint32_t>(random.Below(symbols));
      }
      EXPECT_EQ(SuffixArray(sequence, symbols - 1), ByComparing(sequence))
          << symbols << ", " << length;
    }
  }
}

// The recursion goes to its depths.
TEST(SuffixArray, OfRepetitionsWithinRepetitionsIsSorted) {
  Sequence fibonacci = {1}, before = {0};
  while (fibonacci.size() < 3000) {
    Sequence next = fibonacci;
    next.insert(next.end(), before.begin(), before.end());
    before = std::exchange(fibonacci, std::move(next));
  }
  EXPECT_EQ(SuffixArray(fibonacci, 1), ByComparing(fibonacci));
}

}  // namespace
}  // namespace artspeak::corpus
