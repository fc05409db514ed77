#include "text/merge_table.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace artspeak::text {
namespace {

using Tokens = std::vector<TokenId>;

// The merges of a few symbols, and the plainest way to apply them.
struct Merges {
  std::vector<std::pair<TokenId, TokenId>> pairs;
  TokenId first_product;

  MergeTable Table() const {
    MergeTable table(pairs.size());
    TokenId product = first_product;
    for (const auto& [left, right] : pairs) table.Add(left, right, product++);
    return table;
  }

  Tokens ApplyNaively(Tokens tokens) const {
    for (;;) {
      size_t best_rank = pairs.size(), best_place = 0;
      for (size_t i = 0; i + 1 < tokens.size(); ++i) {
        for (size_t rank = 0; rank < best_rank; ++rank) {
          if (pairs[rank] == std::pair(tokens[i], tokens[i + 1])) {
            best_rank = rank;
            best_place = i;
          }
        }
      }
      if (best_rank == pairs.size()) return tokens;
      tokens[best_place] = first_product + static_cast<TokenId>(best_rank);
      tokens.erase(tokens.begin() + static_cast<long>(best_place) + 1);
    }
  }
};

TEST(MergeTable, LowestRankIsJoinedFirstAndLeftmost) {
  const Merges merges{{{1, 1}, {3, 1}}, 3};
  Tokens out;
  merges.Table().Apply(Tokens{1, 1, 1, 2, 1, 1, 1, 1}, out);
  EXPECT_EQ(out, (Tokens{4, 2, 3, 3}));
}

TEST(MergeTable, WordsAndLongRunsAgreeWithThePlainWay) {
  base::RandomStream random(7);
  for (int round = 0; round < 300; ++round) {
    // Any pairs, also such as lead from later products to earlier ranks.
    Merges merges{{}, 3};
    std::map<std::pair<TokenId, TokenId>, bool> seen;
    for (int i = 0; i < 12; ++i) {
      const std::pair pair(static_cast<TokenId>(random.Below(3 + i)),
                           static_cast<TokenId>(random.Below(3 + i)));
      if (seen.emplace(pair, true).second) merges.pairs.push_back(pair);
    }
    const MergeTable table = merges.Table();
    Tokens symbols(random.Below(round % 2 ? 65 : 300));
    for (TokenId& symbol : symbols) {
      symbol = static_cast<TokenId>(random.Below(3));
    }
    Tokens out;
    table.Apply(symbols, out);
    ASSERT_EQ(out, merges.ApplyNaively(symbols)) << "round " << round;
  }
}

TEST(MergeTable, APairIsTakenOnce) {
  MergeTable table(2);
  EXPECT_TRUE(table.Add(1, 2, 3));
  EXPECT_FALSE(table.Add(1, 2, 4));
}

TEST(MergeTable, OneLongRunIsNotQuadratic) {
  // Merges double: 1 1 -> 2, 2 2 -> 3, ... A quadratic way would take minutes.
  MergeTable table(20);
  for (TokenId i = 1; i <= 20; ++i) table.Add(i, i, i + 1);
  Tokens out;
  table.Apply(Tokens(1 << 20, 1), out);
  EXPECT_EQ(out, Tokens{21});
}

}  // namespace
}  // namespace artspeak::text
