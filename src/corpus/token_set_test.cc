#include "corpus/token_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
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
  const TokenSet set = Tokenize(documents, tokenizer, 0, 1, {});
  EXPECT_EQ(Cut(set.training, tokenizer),
            (std::vector<std::string>{"ab", "c", "d"}));
  EXPECT_TRUE(set.validation.empty());
}

TEST(Tokenize, ValidationIsWholeDocumentsOfAboutItsFraction) {
  const text::Tokenizer tokenizer = Bytes();
  const std::vector<Document> documents = ManyDocuments(400);
  const TokenSet set = Tokenize(documents, tokenizer, 0.1, 1, {});
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
  const TokenSet first = Tokenize(documents, tokenizer, 0.2, 1, {});
  EXPECT_EQ(Tokenize(documents, tokenizer, 0.2, 1, {}).validation,
            first.validation);
  EXPECT_NE(Tokenize(documents, tokenizer, 0.2, 2, {}).validation,
            first.validation);
  std::reverse(documents.begin(), documents.end());
  documents.pop_back();
  const auto before = Cut(first.validation, tokenizer);
  const auto after =
      Cut(Tokenize(documents, tokenizer, 0.2, 1, {}).validation, tokenizer);
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
  const TokenSet set = Tokenize(documents, tokenizer, 0.1, 1, {});
  EXPECT_EQ(tokenizer.Decode(set.training), std::string(90, 'a'));
  EXPECT_EQ(tokenizer.Decode(set.validation), "bbbbbbbbb<|endoftext|>");
}

TEST(Tokenize, AGiantAmongDocumentsIsNotMeasuredWith) {
  const text::Tokenizer tokenizer = Bytes();
  std::vector<Document> documents = ManyDocuments(20);
  documents[3].text = std::string(100'000, 'g');
  const TokenSet set = Tokenize(documents, tokenizer, 0.05, 1, {});
  EXPECT_FALSE(set.validation.empty());
  EXPECT_GT(set.training.size(), 90'000u);
}

TEST(Tokenize, WhatProgressThrowsEndsTheWork) {
  struct Stop {};
  int64_t done = 0;
  EXPECT_THROW(Tokenize(ManyDocuments(20), Bytes(), 0.1, 1,
                        [&](const base::Progress& progress) {
                          done = progress.done;
                          if (done == 3) throw Stop();
                        }),
               Stop);
  EXPECT_EQ(done, 3);
}

TEST(Tokenize, NoTextOrAnOddFractionIsAnError) {
  const text::Tokenizer tokenizer = Bytes();
  EXPECT_THROW(Tokenize({}, tokenizer, 0.1, 1, {}), base::Error);
  EXPECT_THROW(Tokenize(std::vector<Document>(2), tokenizer, 0.1, 1, {}),
               base::Error);
  for (const double fraction : {-0.1, 1.0, 2.0, 0.0 / 0.0}) {
    EXPECT_THROW(Tokenize(ManyDocuments(2), tokenizer, fraction, 1, {}),
                 base::Error);
  }
}

}  // namespace
}  // namespace artspeak::corpus
