#include "corpus/detokenizer.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "corpus/markers.h"
#include "text/trainer.h"

namespace artspeak::corpus {
namespace {

Document OfTokens(std::vector<int32_t> tokens) {
  Document document;
  document.source = "a.npz";
  document.tokens = std::move(tokens);
  return document;
}

TEST(Detokenize, TokensBecomeTheDocumentsThatTheySpell) {
  const text::Tokenizer tokenizer = text::TrainTokenizer(
      std::vector<std::string>{"ends.<|endoftext|> ends.<|endoftext|>"}, 262,
      {});
  const auto documents = Detokenize(
      {OfTokens(tokenizer.Encode(WithMarkers("It ends.") + WithMarkers("é"))),
       {"as it is", "title", "a.txt", "", ""},
       OfTokens(tokenizer.Encode("no marker"))},
      tokenizer);
  ASSERT_EQ(documents.size(), 4u);
  EXPECT_EQ(documents[0].text, "It ends.");
  EXPECT_EQ(documents[0].source, "a.npz");
  EXPECT_TRUE(documents[0].tokens.empty());
  EXPECT_EQ(documents[1].text, "é");
  EXPECT_EQ(documents[2].text, "as it is");
  EXPECT_EQ(documents[2].title, "title");
  EXPECT_EQ(documents[3].text, "no marker");
}

TEST(Detokenize, TheTokenThatEndsADocumentIsAMarkerToo) {
  const text::Tokenizer tokenizer =
      text::TrainTokenizer(std::vector<std::string>{"a"}, 257, {});
  const auto documents =
      Detokenize({OfTokens({0, tokenizer.end_of_text(), 1})}, tokenizer);
  EXPECT_EQ(documents.size(), 2u);
}

TEST(Detokenize, TokensOfAnotherVocabularyAreRefused) {
  const text::Tokenizer tokenizer =
      text::TrainTokenizer(std::vector<std::string>{"a"}, 257, {});
  try {
    Detokenize({OfTokens({1, 257})}, tokenizer);
    FAIL() << "no error";
  } catch (const base::Error& error) {
    const std::string sentence = error.what();
    EXPECT_NE(sentence.find("a.npz"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("257"), std::string::npos) << sentence;
  }
}

}  // namespace
}  // namespace artspeak::corpus
