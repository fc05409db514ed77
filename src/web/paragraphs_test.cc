#include "web/paragraphs.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace artspeak::web {
namespace {

using Strings = std::vector<std::string>;

TEST(Paragraphs, EmptyLinesPartThem) {
  EXPECT_EQ(SplitParagraphs(" one\n\ntwo \n \n\n three\n"),
            (Strings{"one", "two", "three"}));
}

TEST(Paragraphs, LinesOfAPoemStayTogether) {
  EXPECT_EQ(SplitParagraphs("a\n b\n\nc"), (Strings{"a\nb", "c"}));
}

TEST(Paragraphs, WithoutEmptyLinesEveryLineIsOne) {
  EXPECT_EQ(SplitParagraphs("a\r\nb\rc"), (Strings{"a", "b", "c"}));
}

TEST(Paragraphs, NothingGivesNone) {
  EXPECT_EQ(SplitParagraphs(""), Strings{});
  EXPECT_EQ(SplitParagraphs(" \n\n\t "), Strings{});
}

TEST(Paragraphs, BytesThatAreNoTextBecomeHarmless) {
  EXPECT_EQ(SplitParagraphs("a\xff"
                            "b"),
            (Strings{"a\uFFFDb"}));
  EXPECT_EQ(SplitParagraphs(std::string("a\0b\x1b[2J", 7)),
            (Strings{"a b [2J"}));
  EXPECT_EQ(SplitParagraphs("a\u202Eb"), (Strings{"a b"}));
}

TEST(Paragraphs, TitlesAreCutAtAWord) {
  EXPECT_EQ(Shorten("short\nand\n\n sweet", 40), "short and sweet");
  EXPECT_EQ(Shorten("a rather long beginning", 14), "a rather long…");
  EXPECT_EQ(Shorten("a rather longer beginning", 14), "a rather…");
  EXPECT_EQ(Shorten("éééééééééé", 4), "éééé…");
  EXPECT_TRUE(base::IsValidUtf8(Shorten("\xe2\x82\xe2\x82\xe2\x82", 2)));
}

}  // namespace
}  // namespace artspeak::web
