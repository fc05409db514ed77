#include "examples/magazine/magazine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/testing.h"

namespace artspeak::magazine {
namespace {

const std::vector<Review>& All() {
  static const std::vector<Review> reviews =
      WriteReviews(artspeak::testing::SourceDir() / "examples" / "magazine");
  return reviews;
}

std::string Text(const Review& review) {
  std::string text;
  for (const std::string& paragraph : review.paragraphs) {
    text += WithoutEmphasis(paragraph) + "\n";
  }
  return text;
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Letters alone, in lower case; bytes above ASCII count as letters.
std::string Letters(const std::string& word) {
  std::string out;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) || byte >= 0x80) {
      out += static_cast<char>(std::tolower(byte));
    }
  }
  return out;
}

TEST(Magazine, HoldsThreeThousandDifferentReviewsOfSixDecades) {
  std::set<std::string> texts, decades;
  for (const Review& review : All()) {
    texts.insert(Text(review));
    decades.insert(review.decade());
  }
  EXPECT_GE(texts.size(), 3000u);
  EXPECT_EQ(texts.size(), All().size());
  EXPECT_EQ(decades.size(), 6u);
}

TEST(Magazine, EveryReviewHas150To400WordsATitleAndItsParagraphs) {
  for (const Review& review : All()) {
    const size_t words = Words(Text(review)).size();
    EXPECT_GE(words, 150u) << review.title;
    EXPECT_LE(words, 400u) << review.title;
    EXPECT_FALSE(review.title.empty());
    EXPECT_FALSE(review.critic.empty());
    EXPECT_GE(review.paragraphs.size(), 3u) << review.title;
  }
}

TEST(Magazine, LeavesNoMarkOfTheGrammarInTheText) {
  for (const Review& review : All()) {
    const std::string all = WithoutEmphasis(review.title) + "\n" + Text(review);
    EXPECT_EQ(all.find_first_of("[]{}|*="), std::string::npos) << all;
    EXPECT_EQ(all.find("  "), std::string::npos) << all;
    for (const std::string& paragraph : review.paragraphs) {
      EXPECT_EQ(std::count(paragraph.begin(), paragraph.end(), '*') % 2, 0)
          << paragraph;
      EXPECT_EQ(std::count(paragraph.begin(), paragraph.end(), '"') % 2, 0)
          << paragraph;
      EXPECT_FALSE(std::islower(static_cast<unsigned char>(paragraph[0])))
          << paragraph;
    }
  }
}

TEST(Magazine, MindsItsArticles) {
  // Words that begin with a vowel and not with its sound, and the reverse.
  static const std::regex like_consonant(
      "^(uni|ewe|use|usu|eur|eu|one|once|utr).*");
  static const std::regex like_vowel("^(hour|honest|honour|heir|é).*");
  for (const Review& review : All()) {
    const std::vector<std::string> words = Words(Text(review));
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      const std::string article = words[i] == "A" ? "a" : words[i];
      const std::string next = Letters(words[i + 1]);
      if (next.empty() || (article != "a" && article != "an")) continue;
      const bool vowel =
          std::regex_match(next, like_vowel) ||
          (std::string("aeiou").find(next[0]) != std::string::npos &&
           !std::regex_match(next, like_consonant));
      EXPECT_EQ(article == "an", vowel) << words[i] << " " << words[i + 1];
      EXPECT_FALSE(next == "a" || next == "an" || next == "the")
          << words[i] << " " << words[i + 1];
    }
  }
}

TEST(Magazine, SeldomRepeatsASentenceAndKnowsManyWords) {
  std::map<std::string, int> sentences;
  std::set<std::string> vocabulary;
  size_t total = 0;
  static const std::regex end(R"([.!?]["]? )");
  for (const Review& review : All()) {
    for (const std::string& paragraph : review.paragraphs) {
      for (std::sregex_token_iterator
               it(paragraph.begin(), paragraph.end(), end, -1),
           last;
           it != last; ++it) {
        ++sentences[it->str()];
        ++total;
      }
    }
    for (const std::string& word : Words(Text(review))) {
      vocabulary.insert(Letters(word));
    }
  }
  int most = 0;
  for (const auto& [sentence, count] : sentences) most = std::max(most, count);
  EXPECT_LE(most, static_cast<int>(All().size() * 3 / 100));
  EXPECT_GE(sentences.size(), total * 2 / 3);
  EXPECT_GE(vocabulary.size(), 4000u);
}

TEST(Magazine, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const auto directory =
      artspeak::testing::SourceDir() / "examples" / "magazine";
  const auto first = WriteReviews(directory, {.per_decade = 3, .seed = 7});
  const auto again = WriteReviews(directory, {.per_decade = 3, .seed = 7});
  const auto other = WriteReviews(directory, {.per_decade = 3, .seed = 8});
  ASSERT_EQ(first.size(), 18u);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(Text(first[i]), Text(again[i]));
    EXPECT_NE(Text(first[i]), Text(other[i]));
  }
}

}  // namespace
}  // namespace artspeak::magazine
