#include "app/held_words.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

class HeldWordsTest : public ::testing::Test {
 protected:
  void Write(const std::string& text) {
    base::WriteFileAtomically(file_, text);
  }

  testing::TempDir directory_;
  std::filesystem::path file_ = directory_ / "words.txt";
};

TEST_F(HeldWordsTest, WholeWordsAreFoundWhateverTheirCaseAndPunctuation) {
  Write("# not nice\nSwine\ngo   home # both\nkäse\n\n");
  const HeldWords words(file_);
  for (const char* held : {"swine", "What a SWINE!", "He said: go… Home.",
                           "\u201CK\u00C4SE\u201D", "Ka\u0308se"}) {
    EXPECT_TRUE(words.Holds(held)) << held;
  }
  for (const char* free :
       {"", "swines", "go to home", "home, go", "not nice", "both", "kase"}) {
    EXPECT_FALSE(words.Holds(free)) << free;
  }
}

TEST_F(HeldWordsTest, AStarStandsForAnyRest) {
  Write("swin*\ngo hom*\n*\n");
  const HeldWords words(file_);
  EXPECT_TRUE(words.Holds("swines"));
  EXPECT_TRUE(words.Holds("Swin"));
  EXPECT_TRUE(words.Holds("go homewards"));
  EXPECT_FALSE(words.Holds("a swan goes home"));
  EXPECT_FALSE(words.Holds("goes home"));
}

TEST_F(HeldWordsTest, AChangeCountsAtOnceAndALossNever) {
  Write("swine");
  const HeldWords words(file_);
  Write("pearl");
  EXPECT_TRUE(words.Holds("a pearl"));
  EXPECT_FALSE(words.Holds("a swine"));
  std::filesystem::remove(file_);
  EXPECT_TRUE(words.Holds("a pearl"));
  Write("swine");
  EXPECT_FALSE(words.Holds("a pearl"));
}

TEST_F(HeldWordsTest, AListThatIsNotThereIsRefused) {
  EXPECT_THROW(HeldWords(file_ / "none"), base::Error);
}

}  // namespace
}  // namespace artspeak::app
