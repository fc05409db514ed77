#include "corpus/token_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "corpus/markers.h"
#include "tests/support/testing.h"
#include "text/trainer.h"

namespace artspeak::corpus {
namespace {

using Tokens = std::vector<int32_t>;

text::Tokenizer Bytes() {
  return text::TrainTokenizer(std::vector<std::string>{"a"}, 257, {});
}

// Documents of about 50 tokens, each its own.
std::vector<Document> ManyDocuments(int count) {
  std::vector<Document> documents;
  for (int i = 0; i < count; ++i) {
    documents.push_back({"Review number " + std::to_string(i) + " " +
                             std::string(20 + i % 30, 'x'),
                         "", "", "", ""});
  }
  return documents;
}

// The documents of a token stream.
std::vector<std::string> Cut(const Tokens& tokens, const text::Tokenizer& t) {
  std::vector<std::string> texts;
  auto start = tokens.begin();
  for (auto i = tokens.begin(); i != tokens.end(); ++i) {
    if (*i != t.end_of_text()) continue;
    texts.push_back(t.Decode({&*start, static_cast<size_t>(i - start)}));
    start = i + 1;
  }
  EXPECT_EQ(start, tokens.end());
  return texts;
}

TEST(Tokenize, DocumentsEndWithEndOfTextInOrder) {
  const text::Tokenizer tokenizer = Bytes();
  const std::vector<Document> documents = {{"ab", "", "", "", ""},
                                           {"", "", "", "", ""},
                                           {"c<|endoftext|>d", "", "", "", ""}};
  const TokenSet set = Tokenize(documents, tokenizer, {.seed = 1}, {});
  EXPECT_EQ(Cut(set.training, tokenizer),
            (std::vector<std::string>{"ab", "c", "d"}));
  EXPECT_TRUE(set.validation.empty());
}

TEST(Tokenize, ValidationIsWholeDocumentsOfAboutItsFraction) {
  const text::Tokenizer tokenizer = Bytes();
  const std::vector<Document> documents = ManyDocuments(400);
  const TokenSet set = Tokenize(documents, tokenizer,
                                {.validation_fraction = 0.1, .seed = 1}, {});
  std::vector<std::string> all = Cut(set.training, tokenizer);
  const std::vector<std::string> held = Cut(set.validation, tokenizer);
  all.insert(all.end(), held.begin(), held.end());
  std::set<std::string> expected;
  for (const Document& document : documents) expected.insert(document.text);
  EXPECT_EQ(all.size(), documents.size());
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()), expected);
  const double total =
      static_cast<double>(set.training.size() + set.validation.size());
  EXPECT_NEAR(static_cast<double>(set.validation.size()) / total, 0.1, 0.01);
}

TEST(Tokenize, TheChoiceIsOfTheTextAndTheSeedAlone) {
  const text::Tokenizer tokenizer = Bytes();
  std::vector<Document> documents = ManyDocuments(200);
  const TokenSet first = Tokenize(documents, tokenizer,
                                  {.validation_fraction = 0.2, .seed = 1}, {});
  EXPECT_EQ(Tokenize(documents, tokenizer,
                     {.validation_fraction = 0.2, .seed = 1}, {})
                .validation,
            first.validation);
  EXPECT_NE(Tokenize(documents, tokenizer,
                     {.validation_fraction = 0.2, .seed = 2}, {})
                .validation,
            first.validation);
  std::reverse(documents.begin(), documents.end());
  documents.pop_back();
  const auto before = Cut(first.validation, tokenizer);
  const auto after = Cut(Tokenize(documents, tokenizer,
                                  {.validation_fraction = 0.2, .seed = 1}, {})
                             .validation,
                         tokenizer);
  const std::set<std::string> old(before.begin(), before.end());
  const auto kept =
      std::count_if(after.begin(), after.end(),
                    [&](const auto& t) { return old.contains(t); });
  EXPECT_GE(kept, static_cast<long>(before.size()) - 2);
}

TEST(Tokenize, OneDocumentKeepsItsLastFractionForValidation) {
  const text::Tokenizer tokenizer = Bytes();
  const std::vector<Document> documents = {
      {std::string(90, 'a') + std::string(9, 'b'), "", "", "", ""}};
  const TokenSet set = Tokenize(documents, tokenizer,
                                {.validation_fraction = 0.1, .seed = 1}, {});
  EXPECT_EQ(tokenizer.Decode(set.training), std::string(90, 'a'));
  EXPECT_EQ(tokenizer.Decode(set.validation), "bbbbbbbbb<|endoftext|>");
}

TEST(Tokenize, AGiantAmongDocumentsIsNotMeasuredWith) {
  const text::Tokenizer tokenizer = Bytes();
  std::vector<Document> documents = ManyDocuments(20);
  documents[3].text = std::string(100'000, 'g');
  const TokenSet set = Tokenize(documents, tokenizer,
                                {.validation_fraction = 0.05, .seed = 1}, {});
  EXPECT_FALSE(set.validation.empty());
  EXPECT_GT(set.training.size(), 90'000u);
}

TEST(Tokenize, WhatProgressThrowsEndsTheWork) {
  struct Stop {};
  int64_t done = 0;
  EXPECT_THROW(Tokenize(ManyDocuments(20), Bytes(),
                        {.validation_fraction = 0.1, .seed = 1},
                        [&](const base::Progress& progress) {
                          done = progress.done;
                          if (done == 3) throw Stop();
                        }),
               Stop);
  EXPECT_EQ(done, 3);
}

TEST(Tokenize, LiteralMarkersAreCharactersAroundEveryDocument) {
  const text::Tokenizer tokenizer = Bytes();
  const std::vector<Document> documents = {{"ab", "", "", "", ""},
                                           {"", "", "", "", ""},
                                           {"c<|endoftext|>d", "", "", "", ""}};
  const TokenSet set =
      Tokenize(documents, tokenizer, {.literal_markers = true}, {});
  EXPECT_EQ(tokenizer.Decode(set.training),
            "<|startoftext|>ab<|endoftext|>\n"
            "<|startoftext|>c<|endoftext|>d<|endoftext|>\n");
  EXPECT_EQ(std::count(set.training.begin(), set.training.end(),
                       tokenizer.end_of_text()),
            0);
}

// Document by document gives what gpt-2-simple gets of all of them in a row.
void ExpectAsInARow(const text::Tokenizer& tokenizer) {
  std::vector<Document> documents;
  std::string row;
  for (const char* text :
       {"It ends.", " spaces ", "\nline breaks\n\n", "<", ">", "|", "\t",
        "don't", "1999", "caf\xc3\xa9", "\xe3\x80\x80", "cut \xc3", "'s",
        "<|endoftext|", "ends\r\n", "-->", "\xf0\x9f\x8e\xa8"}) {
    documents.push_back({text, "", "", "", ""});
    row += WithMarkers(text);
  }
  const TokenSet set =
      Tokenize(documents, tokenizer, {.literal_markers = true}, {});
  EXPECT_EQ(set.training, tokenizer.Encode(row));
}

TEST(Tokenize, LiteralMarkersPartTheTextAsInARow) {
  ExpectAsInARow(Bytes());
  // Merges that would join a line break, a marker and their neighbours.
  const std::vector<std::string> joined(
      5, "It ends.<|endoftext|>\n<|startoftext|>\n\n<|><|\n<|\n>|<|");
  ExpectAsInARow(text::TrainTokenizer(joined, 400, {}));
  const auto data = testing::SharedData();
  if (!data) GTEST_SKIP() << "no shared data";
  const auto gpt2 = text::Tokenizer::Load(*data / "gpt2-vocab");
  ExpectAsInARow(gpt2);
  // A marker begins within a token of the text's.
  EXPECT_EQ(gpt2.TokenBytes(gpt2.Encode(WithMarkers("It ends.")).at(9)), ".<");
}

TEST(Tokenize, NoTextOrAnOddFractionIsAnError) {
  const text::Tokenizer tokenizer = Bytes();
  EXPECT_THROW(
      Tokenize({}, tokenizer, {.validation_fraction = 0.1, .seed = 1}, {}),
      base::Error);
  EXPECT_THROW(Tokenize(std::vector<Document>(2), tokenizer,
                        {.validation_fraction = 0.1, .seed = 1}, {}),
               base::Error);
  for (const double fraction : {-0.1, 1.0, 2.0, 0.0 / 0.0}) {
    EXPECT_THROW(Tokenize(ManyDocuments(2), tokenizer,
                          {.validation_fraction = fraction, .seed = 1}, {}),
                 base::Error);
  }
}

}  // namespace
}  // namespace artspeak::corpus
