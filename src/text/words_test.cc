#include "text/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "base/utf8.h"

namespace artspeak::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (WordReader reader(text); reader.Next();) {
    words.emplace_back(reader.folded());
  }
  return words;
}

TEST(Words, AreWhatStandsBetweenSpacesAndPunctuation) {
  EXPECT_THAT(
      Words("“The oil—on canvas, 2nd state (1907)…”"),
      ElementsAre("the", "oil", "on", "canvas", "2nd", "state", "1907"));
  EXPECT_THAT(Words("don't"), ElementsAre("don", "t"));
  EXPECT_THAT(Words("  \n"), IsEmpty());
  EXPECT_THAT(Words(""), IsEmpty());
}

TEST(Words, DifferNeitherByCaseNorByEncodingOfAccents) {
  EXPECT_THAT(Words("CAFÉ café cafe\u0301 CAFE\u0301"),
              ElementsAre("café", "café", "café", "café"));
  EXPECT_THAT(Words("Straße STRASSE"), ElementsAre("strasse", "strasse"));
  EXPECT_THAT(Words("ΟΔΟΣ οδος"), ElementsAre("οδοσ", "οδοσ"));
  EXPECT_THAT(Words("Картина КАРТИНА"), ElementsAre("картина", "картина"));
  EXPECT_THAT(Words("\uFB01lm \uFF26ilm"), ElementsAre("film", "film"));
}

TEST(Words, AreNotPartedByWhatNobodySees) {
  EXPECT_THAT(Words("Kunst\u00ADwerk, kunst\u200Dwerk\u00AD"),
              ElementsAre("kunstwerk", "kunstwerk"));
  EXPECT_THAT(Words("\u00AD \u0301"), IsEmpty());
}

TEST(Words, OfScriptsWithoutSpacesAreTheirLetters) {
  EXPECT_THAT(Words("絵画は、painting2点"),
              ElementsAre("絵", "画", "は", "painting2", "点"));
  EXPECT_THAT(Words("かき"), ElementsAre("か", "き"));
  // With the vowel that stands above it.
  EXPECT_THAT(Words("\u0E17\u0E35\u0E48"), ElementsAre("\u0E17\u0E35\u0E48"));
  EXPECT_THAT(Words("한국 미술"), ElementsAre("한국", "미술"));
}

TEST(Words, StandWhereTheySayInTheText) {
  const std::string text = "Où est, «la LUMIÈRE»?";
  std::vector<std::string> found;
  for (WordReader reader(text); reader.Next();) {
    found.push_back(text.substr(reader.begin(), reader.end() - reader.begin()));
  }
  EXPECT_THAT(found, ElementsAre("Où", "est", "la", "LUMIÈRE"));
}

TEST(Words, OfAnyBytesAreValidText) {
  base::RandomStream random(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(20, '\0');
    for (char& c : bytes) {
      c = static_cast<char>(random.Below(2) == 0
                                ? random.Below(256)
                                : "a\xC3\xA9\xE3\x81\x8B "[random.Below(7)]);
    }
    size_t end = 0;
    for (WordReader reader(bytes); reader.Next();) {
      EXPECT_GE(reader.begin(), end);
      EXPECT_GT(reader.end(), reader.begin());
      EXPECT_TRUE(base::IsValidUtf8(reader.folded()));
      end = reader.end();
    }
  }
  EXPECT_THAT(Words("a\xFFz"), ElementsAre("a", "z"));
}

}  // namespace
}  // namespace artspeak::text
