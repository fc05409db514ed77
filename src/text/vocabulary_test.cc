#include "text/vocabulary.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace artspeak::text {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

// A vocabulary of 270 tokens in a folder, with what added_tokens.json says.
class VocabularyWithAddedTokens : public ::testing::Test {
 protected:
  VocabularyWithAddedTokens() {
    const std::vector<std::string> texts(2, "the painter paints the painting");
    TrainTokenizer(texts, 270, {}).Save(directory_.path());
  }

  Vocabulary Read(const std::string& added) {
    base::WriteFileAtomically(directory_ / "added_tokens.json", added);
    return ReadVocabulary(directory_.path());
  }
  std::string Error(const std::string& added) {
    try {
      Read(added);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "no error";
  }

  TempDir directory_;
};

TEST_F(VocabularyWithAddedTokens, TheyFollowInTheOrderOfTheirIds) {
  const Vocabulary vocabulary =
      Read(R"({"<|pad|>": 271, "<|startoftext|>": 270, "œuvre d'art": 272})");
  ASSERT_EQ(vocabulary.tokens.size(), 273u);
  EXPECT_EQ(vocabulary.tokens[270], "<|startoftext|>");
  EXPECT_EQ(vocabulary.tokens[272], "œuvre d'art");
  EXPECT_EQ(vocabulary.added, (std::vector<TokenId>{270, 271, 272}));
}

TEST_F(VocabularyWithAddedTokens, OneThatIsThereAlreadyKeepsItsId) {
  const Vocabulary vocabulary = Read(R"({"<|endoftext|>": 269, "!": 0})");
  EXPECT_EQ(vocabulary.tokens.size(), 270u);
  EXPECT_EQ(vocabulary.added, std::vector<TokenId>{0});
}

TEST_F(VocabularyWithAddedTokens, WhatDoesNotFitIsRefused) {
  for (const char* bad :
       {"", "[]", R"({"<pad>": 271})", R"({"<pad>": 0})", R"({"<pad>": -1})",
        R"({"<pad>": 270, "<mask>": 270})", R"({"": 270})",
        R"({"<pad>": "270"})", R"({"<pad>": 99999999999999})"}) {
    EXPECT_NE(Error(bad).find("added_tokens.json"), std::string::npos)
        << bad << ": " << Error(bad);
  }
}

TEST_F(VocabularyWithAddedTokens, WrittenAndReadTheyAreTheSame) {
  const Vocabulary vocabulary = Read(R"({"<a b>": 270, "new": 271})");
  TempDir copy;
  WriteVocabulary(vocabulary, copy.path());
  const Vocabulary again = ReadVocabulary(copy.path());
  EXPECT_EQ(again.tokens, vocabulary.tokens);
  EXPECT_EQ(again.merges, vocabulary.merges);
  EXPECT_EQ(again.added, vocabulary.added);
  EXPECT_EQ(base::ReadFile(copy / "vocab.json"),
            base::ReadFile(directory_ / "vocab.json"));

  // An earlier tokenizer's do not stay beside a new one's files.
  Vocabulary plain = vocabulary;
  plain.tokens.resize(270);
  plain.added.clear();
  WriteVocabulary(plain, copy.path());
  EXPECT_FALSE(fs::exists(copy / "added_tokens.json"));
}

TEST_F(VocabularyWithAddedTokens, TextBecomesThemOnlyWhenAsked) {
  const Tokenizer tokenizer(
      Read(R"({"<pad>": 270, "<pad><pad>": 271, "paint": 272})"));
  const std::string text = "the <pad><pad><pad> paint<|endoftext|><pad";
  using Tokens = std::vector<TokenId>;
  Tokens expected = tokenizer.Encode("the ");
  const auto add = [&](const Tokens& more) {
    expected.insert(expected.end(), more.begin(), more.end());
  };
  add({271, 270});  // of two at one place the longer
  add(tokenizer.Encode(" "));
  add({272, 269});
  add(tokenizer.Encode("<pad"));
  EXPECT_EQ(tokenizer.Encode(text, Specials::kAsTokens), expected);
  EXPECT_EQ(tokenizer.Decode(expected), text);
  for (const TokenId token : tokenizer.Encode(text)) EXPECT_LT(token, 269);
}

}  // namespace
}  // namespace artspeak::text
