#include "text/trainer.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "text/byte_symbols.h"
#include "text/pre_tokenizer.h"

namespace artspeak::text {
namespace {

// Counts every pair anew for each merge.
std::vector<std::string> TrainNaively(const std::vector<std::string>& texts,
                                      int vocab_size) {
  std::vector<std::string> tokens;
  std::map<std::string, TokenId> ids;
  for (int id = 0; id < 256; ++id) {
    tokens.push_back({static_cast<char>(ByteOfToken(id))});
    ids[tokens.back()] = id;
  }
  std::vector<std::vector<TokenId>> words;
  for (std::string_view text : texts) {
    while (!text.empty()) {
      const std::string_view piece = NextPiece(text);
      words.emplace_back();
      for (const char byte : piece) words.back().push_back(ids[{byte}]);
      text.remove_prefix(piece.size());
    }
  }
  while (static_cast<int>(tokens.size()) < vocab_size - 1) {
    std::map<std::pair<TokenId, TokenId>, int> counts;
    for (const auto& word : words) {
      for (size_t i = 0; i + 1 < word.size(); ++i) {
        ++counts[{word[i], word[i + 1]}];
      }
    }
    std::pair<TokenId, TokenId> best;
    int best_count = 1;
    for (const auto& [pair, count] : counts) {
      const bool known = ids.contains(tokens[pair.first] + tokens[pair.second]);
      if (count > best_count && !known) {
        best = pair;
        best_count = count;
      }
    }
    if (best_count < 2) break;
    const auto product = static_cast<TokenId>(tokens.size());
    tokens.push_back(tokens[best.first] + tokens[best.second]);
    ids[tokens.back()] = product;
    for (auto& word : words) {
      for (size_t i = 0; i + 1 < word.size(); ++i) {
        if (std::pair(word[i], word[i + 1]) != best) continue;
        word[i] = product;
        word.erase(word.begin() + static_cast<long>(i) + 1);
      }
    }
  }
  tokens.emplace_back(kEndOfText);
  return tokens;
}

std::vector<std::string> TokensOf(const Tokenizer& tokenizer) {
  std::vector<std::string> tokens;
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
    tokens.emplace_back(tokenizer.TokenBytes(id));
  }
  return tokens;
}

const std::vector<std::string> kTexts = {
    "the paint, the painter, the painting and the painted painter's paints",
    "aaaa aaaaaaa aaa aaaaa aa baaab abab ababab bbbb aabaab abbabba aaab",
    "naïve café, naïveté, cafés; über über alles… “paint” — 1889 1890 1891",
};

TEST(TokenizerTrainer, AgreesWithCountingEveryPairAnew) {
  for (const int size : {257, 258, 280, 320, 1000}) {
    const Tokenizer tokenizer = TrainTokenizer(kTexts, size, {});
    EXPECT_EQ(TokensOf(tokenizer), TrainNaively(kTexts, size)) << size;
  }
}

TEST(TokenizerTrainer, IdsAreBytesThenMergesThenEndOfText) {
  const Tokenizer tokenizer = TrainTokenizer(kTexts, 270, {});
  EXPECT_EQ(tokenizer.vocab_size(), 270);
  EXPECT_EQ(tokenizer.end_of_text(), 269);
  EXPECT_EQ(tokenizer.TokenBytes(0), "!");
  EXPECT_EQ(tokenizer.TokenBytes(220), " ");  // as in GPT-2's vocabulary
  EXPECT_EQ(tokenizer.TokenBytes(269), kEndOfText);
}

TEST(TokenizerTrainer, StopsWhenNoPairIsSeenTwice) {
  const std::vector<std::string> texts = {"abc"};
  EXPECT_EQ(TrainTokenizer(texts, 1000, {}).vocab_size(), 257);
}

TEST(TokenizerTrainer, WhatIsOftenSeenBecomesOneToken) {
  const Tokenizer tokenizer = TrainTokenizer(kTexts, 400, {});
  EXPECT_EQ(tokenizer.Encode(" painter").size(), 1u);
  EXPECT_EQ(tokenizer.Decode(tokenizer.Encode(kTexts[2])), kTexts[2]);
}

TEST(TokenizerTrainer, OneEndlessWordIsLearnedInParts) {
  std::vector<std::string> texts = {std::string(200'000, 'a')};
  texts[0] += std::string(5000, '\x80');  // no place to cut a character
  const Tokenizer tokenizer = TrainTokenizer(texts, 300, {});
  EXPECT_EQ(tokenizer.Decode(tokenizer.Encode(texts[0])), texts[0]);
}

TEST(TokenizerTrainer, ReportsProgressToTheEnd) {
  base::Progress last;
  TrainTokenizer(kTexts, 340, [&](const base::Progress& p) { last = p; });
  EXPECT_EQ(last.total, 340 - 257);
  EXPECT_GT(last.done, 0);
}

TEST(TokenizerTrainer, WhatProgressThrowsEndsTheWork) {
  struct Stop {};
  for (const bool early : {true, false}) {
    // Early: while the words are counted, which takes long with many.
    std::string many;
    for (int i = 0; early && i < 300'000; ++i) many += "a ";
    const std::vector<std::string> texts = {kTexts[0], many, kTexts[2]};
    std::vector<int64_t> reports;
    EXPECT_THROW(TrainTokenizer(texts, 340,
                                [&](const base::Progress& progress) {
                                  reports.push_back(progress.done);
                                  throw Stop();
                                }),
                 Stop);
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0] == 0, early);
  }
}

TEST(TokenizerTrainer, NothingToLearnIsAnError) {
  EXPECT_THROW(TrainTokenizer({}, 300, {}), base::Error);
  EXPECT_THROW(TrainTokenizer(std::vector<std::string>{""}, 300, {}),
               base::Error);
  EXPECT_THROW(TrainTokenizer(kTexts, 256, {}), base::Error);
}

}  // namespace
}  // namespace artspeak::text
