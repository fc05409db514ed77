#include "corpus/originality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "text/words.h"

namespace artspeak::corpus {
namespace {

using Texts = std::vector<std::string>;

PassageIndex IndexOf(const Texts& documents) {
  PassageIndexBuilder builder;
  for (const std::string& document : documents) builder.Add(document);
  return builder.Finish();
}

Texts WordsOf(const std::string& text) {
  Texts words;
  for (text::WordReader reader(text); reader.Next();) {
    words.emplace_back(reader.folded());
  }
  return words;
}

// By trying every place of every document: for each word of the text, how many
// words from there on stand in one.
std::vector<size_t> LongestFromEach(const Texts& text,
                                    const std::vector<Texts>& documents) {
  std::vector<size_t> longest(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    for (const Texts& document : documents) {
      for (size_t j = 0; j < document.size(); ++j) {
        size_t k = 0;
        while (i + k < text.size() && j + k < document.size() &&
               text[i + k] == document[j + k]) {
          ++k;
        }
        longest[i] = std::max(longest[i], k);
      }
    }
  }
  return longest;
}

bool Holds(const Texts& document, const Texts& text, size_t first,
           size_t words) {
  return std::search(document.begin(), document.end(), text.begin() + first,
                     text.begin() + first + words) != document.end();
}

std::string RandomText(base::RandomStream& random, size_t words,
                       uint64_t different) {
  std::string text;
  for (size_t i = 0; i < words; ++i) {
    text += "w" + std::to_string(random.Below(different)) + " ";
  }
  return text;
}

TEST(Originality, OfRandomTextsIsWhatTryingEveryPlaceFinds) {
  base::RandomStream random(1);
  for (int round = 0; round < 300; ++round) {
    const uint64_t different = 1 + random.Below(6);
    Texts documents(random.Below(5));
    for (std::string& document : documents) {
      document = RandomText(random, random.Below(30), different);
    }
    // One word more than the documents have.
    const std::string text =
        RandomText(random, random.Below(40), different + 1);
    const PassageIndex index = IndexOf(documents);
    const Originality found = MeasureOriginality(text, index);

    const Texts words = WordsOf(text);
    std::vector<Texts> document_words;
    for (const std::string& document : documents) {
      document_words.push_back(WordsOf(document));
    }
    const std::vector<size_t> longest = LongestFromEach(words, document_words);
    ASSERT_EQ(found.words.size(), words.size());
    std::vector<std::pair<size_t, size_t>> expected, passages;
    for (size_t i = 0; i < words.size(); ++i) {
      // Not the rest of the one before.
      if (longest[i] > 0 && (i == 0 || longest[i] >= longest[i - 1])) {
        expected.emplace_back(i, longest[i]);
      }
    }
    for (const SharedPassage& passage : found.passages) {
      passages.emplace_back(passage.first_word, passage.words);
      ASSERT_LT(passage.document, documents.size());
      EXPECT_TRUE(Holds(document_words[passage.document], words,
                        passage.first_word, passage.words));
    }
    ASSERT_EQ(passages, expected) << text;
    for (const size_t least : {1, 2, 3, 5}) {
      std::vector<bool> copied(words.size());
      for (size_t i = 0; i < words.size(); ++i) {
        if (longest[i] < least) continue;
        std::fill_n(copied.begin() + i, longest[i], true);
      }
      const auto count = std::count(copied.begin(), copied.end(), true);
      EXPECT_DOUBLE_EQ(found.CopiedShare(least),
                       words.empty() ? 0
                                     : static_cast<double>(count) /
                                           static_cast<double>(words.size()));
    }
  }
}

std::string Numbers(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += std::to_string(i) + " ";
  return text;
}

TEST(Originality, ACopyIsAllOneAndAChangedWordPartsIt) {
  const PassageIndex index = IndexOf({Numbers(0, 1000)});
  const Originality whole = MeasureOriginality(Numbers(0, 1000), index);
  EXPECT_EQ(whole.LongestCopy(), 1000u);
  EXPECT_EQ(whole.CopiedShare(8), 1);
  ASSERT_EQ(whole.passages.size(), 1u);

  const Originality changed =
      MeasureOriginality(Numbers(0, 500) + "x " + Numbers(501, 1000), index);
  EXPECT_EQ(changed.LongestCopy(), 500u);
  EXPECT_DOUBLE_EQ(changed.CopiedShare(8), 0.999);
  EXPECT_EQ(changed.passages.size(), 2u);

  const Originality own = MeasureOriginality(Numbers(2000, 3000), index);
  EXPECT_EQ(own.LongestCopy(), 0u);
  EXPECT_EQ(own.CopiedShare(1), 0);
}

TEST(Originality, NoPassageCrossesTheBorderOfADocument) {
  const PassageIndex index = IndexOf({"one two three", "", "four five six"});
  const Originality found =
      MeasureOriginality("one two three four five six", index);
  EXPECT_EQ(found.LongestCopy(), 3u);
  ASSERT_EQ(found.passages.size(), 2u);
  EXPECT_EQ(found.passages[0].document, 0u);
  EXPECT_EQ(found.passages[1].document, 2u);
  EXPECT_EQ(found.passages[1].first_word, 3u);
}

TEST(Originality, CaseAndPunctuationDoNotHideACopy) {
  const PassageIndex index =
      IndexOf({"“The café,” she wrote, “is a painting of itself.”"});
  EXPECT_EQ(MeasureOriginality(
                "THE CAFE\u0301 — she wrote — is a painting of itself", index)
                .LongestCopy(),
            9u);
}

TEST(Originality, ADigestTellsTheWordsAndTheirDocumentsApart) {
  const auto digest = [](const std::vector<std::string>& documents) {
    PassageIndexBuilder builder;
    for (const std::string& document : documents) builder.Add(document);
    return builder.Finish().Digest();
  };
  const std::string made = digest({"The light in", "the room"});
  EXPECT_EQ(made.size(), 16u);
  EXPECT_EQ(digest({"the LIGHT, in", "the room."}), made);
  for (const std::vector<std::string>& others :
       std::vector<std::vector<std::string>>{
           {"The light in the room"},          // no border
           {"The light", "in the room"},       // another border
           {"The light in", "the rooms"},      // another word
           {"The light the", "in room"},       // another order
           {"The light in", "the room", ""}})  // another document
  {
    EXPECT_NE(digest(others), made) << others[0];
  }
}

TEST(Originality, TellsWhereTheFirstWordTooManyBegins) {
  const PassageIndex index = IndexOf({"a b c d e f"});
  const std::string text = "x, a b c x. «B c d e» f x";
  const Originality found = MeasureOriginality(text, index);
  EXPECT_EQ(found.CopiesMoreAt(5), std::nullopt);
  EXPECT_EQ(found.CopiesMoreAt(4), text.find("f x"));
  EXPECT_EQ(found.CopiesMoreAt(3), text.find("e»"));
  EXPECT_EQ(found.CopiesMoreAt(2), text.find("c x"));
}

TEST(Originality, OfSeveralTextsIsTheirMeanAndTheShareOfAllWords) {
  const PassageIndex index = IndexOf({Numbers(0, 30)});
  const auto mean = MeasureTogether(
      Texts{Numbers(0, 10), Numbers(5, 11) + Numbers(100, 124)}, index);
  ASSERT_TRUE(mean);
  EXPECT_EQ(mean->longest_copy, 8);
  EXPECT_EQ(mean->copied_share, 0.25);
  EXPECT_FALSE(MeasureTogether({}, index));
  EXPECT_EQ(MeasureTogether(Texts{""}, index)->copied_share, 0);
}

}  // namespace
}  // namespace artspeak::corpus
