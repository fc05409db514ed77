#include "corpus/token_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "corpus/token_set.h"
#include "text/trainer.h"

namespace artspeak::corpus {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Texts = std::vector<std::string>;

text::Tokenizer ByteTokenizer() {
  return text::TrainTokenizer(Texts{"a"}, 257, {});
}

TEST(TokenTexts, AreTheDocumentsThatWereTokenized) {
  const text::Tokenizer tokenizer = ByteTokenizer();
  std::vector<Document> documents(2);
  documents[0].text = "one é";
  documents[1].text = "two";
  for (const bool literal : {false, true}) {
    const TokenSet set =
        Tokenize(documents, tokenizer, {.literal_markers = literal}, {});
    EXPECT_THAT(TextsOf(set.training, tokenizer, literal),
                ElementsAre("one é", "two"));
  }
  EXPECT_THAT(TextsOf({}, tokenizer, false), IsEmpty());
}

TEST(TokenTexts, OfAStreamThatIsCutAreItsParts) {
  const text::Tokenizer tokenizer = ByteTokenizer();
  std::vector<Document> documents(1);
  documents[0].text = "abcdefghi";
  const TokenSet set =
      Tokenize(documents, tokenizer, {.validation_fraction = 0.5}, {});
  EXPECT_THAT(TextsOf(set.training, tokenizer, false), ElementsAre("abcde"));
  EXPECT_THAT(TextsOf(set.validation, tokenizer, false), ElementsAre("fghi"));
}

TEST(TokenTexts, PiecesAreTakenEvenly) {
  const text::Tokenizer tokenizer = ByteTokenizer();
  const Texts texts = {"abcde", "fg", "hijklmn"};
  EXPECT_THAT(PiecesOf(texts, tokenizer, 3, 99),
              ElementsAre("abc", "de", "fg", "hij", "klm", "n"));
  EXPECT_THAT(PiecesOf(texts, tokenizer, 3, 3),
              ElementsAre("abc", "fg", "klm"));
  EXPECT_THAT(PiecesOf({}, tokenizer, 3, 3), IsEmpty());
}

}  // namespace
}  // namespace artspeak::corpus
