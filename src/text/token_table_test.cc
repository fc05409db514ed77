#include "text/token_table.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace artspeak::text {
namespace {

TEST(TokenTable, FindsWhatWasAddedAndNothingElse) {
  // Few letters and zeros, and often one beginning, so that many strings differ
  // in a byte or in length alone; short ones, those that just fit a slot, and
  // long ones.
  base::RandomStream random(4);
  const auto any_bytes = [&] {
    std::string bytes(1 + random.Below(20), 'a');
    for (size_t i = random.Below(2) * 8; i < bytes.size(); ++i) {
      bytes[i] = "ab\0\xFF"[random.Below(4)];
    }
    return bytes;
  };
  constexpr size_t kTokens = 3000;
  TokenTable table(kTokens);
  std::map<std::string, TokenId> added;
  for (size_t i = 0; i < kTokens; ++i) {
    const std::string bytes = any_bytes();
    const auto token = static_cast<TokenId>(i);
    ASSERT_EQ(table.Add(bytes, token), added.emplace(bytes, token).second);
  }
  for (const auto& [bytes, token] : added) {
    ASSERT_EQ(table.Find(bytes), token);
    ASSERT_EQ(table.FindPrefix(bytes + "ab", bytes.size()), token);
    ASSERT_EQ(table.FindPrefix(bytes + std::string(16, '\xFF'), bytes.size()),
              token);
  }
  for (int i = 0; i < 3000; ++i) {
    const std::string bytes = any_bytes();
    const auto found = added.find(bytes);
    ASSERT_EQ(table.Find(bytes),
              found == added.end() ? TokenTable::kNone : found->second);
  }
}

TEST(TokenTable, AnEmptyTableFindsNothing) {
  const TokenTable table(0);
  EXPECT_EQ(table.Find("a"), TokenTable::kNone);
  EXPECT_EQ(table.Find(std::string(100, 'a')), TokenTable::kNone);
}

}  // namespace
}  // namespace artspeak::text
