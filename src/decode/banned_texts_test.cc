#include "decode/banned_texts.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/support/tiny_model.h"
#include "text/trainer.h"

namespace artspeak::decode {
namespace {

using Ids = std::set<text::TokenId>;

// By the definition: every token whose bytes complete a banned text.
Ids Reference(const std::vector<std::string>& banned,
              const text::Tokenizer& tokenizer, const std::string& text) {
  Ids ids;
  for (text::TokenId token = 0; token < tokenizer.vocab_size(); ++token) {
    const std::string longer = text + std::string(tokenizer.TokenBytes(token));
    for (const std::string& one : banned) {
      // The first place where it would end after `text`.
      const size_t from =
          text.size() + 1 > one.size() ? text.size() + 1 - one.size() : 0;
      if (longer.find(one, from) != std::string::npos) ids.insert(token);
    }
  }
  return ids;
}

Ids Next(BannedTexts& banned) {
  const auto tokens = banned.Next();
  return Ids(tokens.begin(), tokens.end());
}

TEST(BannedTexts, AgreeWithTheDefinitionHoweverTheTextIsCut) {
  base::RandomStream random(11);
  const auto word = [&](size_t longest) {
    std::string text(1 + random.Below(longest), 'a');
    for (char& c : text) c = static_cast<char>('a' + random.Below(2));
    return text;
  };
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) texts.push_back(word(30));
  const text::Tokenizer tokenizer = text::TrainTokenizer(texts, 300, {});
  std::vector<text::TokenId> tokens;  // of a and b, of many lengths
  for (text::TokenId token = 0; token < tokenizer.vocab_size(); ++token) {
    const auto bytes = tokenizer.TokenBytes(token);
    if (bytes.find_first_not_of("ab") == bytes.npos) tokens.push_back(token);
  }
  ASSERT_GT(tokens.size(), 20u);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> banned(1 + random.Below(3));
    for (std::string& one : banned) one = word(8);
    BannedTexts texts_to_test(banned, tokenizer);
    std::string text;
    for (int step = 0; step < 20; ++step) {
      ASSERT_EQ(Next(texts_to_test), Reference(banned, tokenizer, text))
          << "round " << round << " after " << text;
      const text::TokenId token = tokens[random.Below(tokens.size())];
      texts_to_test.Push(token);
      text += tokenizer.TokenBytes(token);
    }
  }
}

TEST(BannedTexts, CharactersMayCrossTokens) {
  const text::Tokenizer tokenizer = testing::TinyTokenizer();
  const auto byte = [&](char c) {
    return tokenizer.Encode(std::string(1, c)).at(0);
  };
  BannedTexts banned({"x\xc3\xa9"}, tokenizer);
  banned.Push(byte('x'));
  EXPECT_FALSE(Next(banned).contains(byte('\xa9')));
  banned.Push(byte('\xc3'));
  EXPECT_TRUE(Next(banned).contains(byte('\xa9')));
  banned.Push(byte('\xc3'));
  EXPECT_FALSE(Next(banned).contains(byte('\xa9')));
}

TEST(BannedTexts, WithoutAnyNothingIsBanned) {
  const text::Tokenizer tokenizer = testing::TinyTokenizer();
  BannedTexts banned({}, tokenizer);
  banned.Push(0);
  EXPECT_TRUE(banned.Next().empty());
}

}  // namespace
}  // namespace artspeak::decode
