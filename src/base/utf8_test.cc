#include "base/utf8.h"

#include <gtest/gtest.h>

namespace artspeak::base {
namespace {

TEST(Utf8, RoundTripsEveryCodePoint) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c == 0xD800) c = 0xE000;
    std::string text;
    AppendUtf8(c, text);
    const Utf8Character decoded = DecodeUtf8(text);
    ASSERT_TRUE(decoded.valid) << static_cast<uint32_t>(c);
    ASSERT_EQ(decoded.code_point, c);
    ASSERT_EQ(decoded.bytes, static_cast<int>(text.size()));
  }
}

TEST(Utf8, RefusesOverlongSurrogateTruncatedAndTooLarge) {
  for (const char* bad :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80", "\x80",
        "\xE2\x82", "\xE2(\xA1"}) {
    EXPECT_FALSE(IsValidUtf8(bad)) << bad;
    EXPECT_FALSE(DecodeUtf8(bad).valid);
    EXPECT_EQ(DecodeUtf8(bad).bytes, 1);
  }
  EXPECT_TRUE(IsValidUtf8("Grüße, 美術, 🎨"));
}

TEST(Utf8, CountsCharacters) {
  EXPECT_EQ(CountCodePoints(""), 0u);
  EXPECT_EQ(CountCodePoints("Grüße 🎨"), 7u);
}

TEST(Utf8, PrefixNeverCutsACharacter) {
  const std::string_view text = "aé🎨z";  // 1 + 2 + 4 + 1 bytes
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
  for (size_t bytes = 0; bytes < std::size(expected); ++bytes) {
    EXPECT_EQ(Utf8Prefix(text, bytes).size(), expected[bytes]) << bytes;
  }
}

TEST(Utf8, KnowsAnUnfinishedCharacter) {
  EXPECT_EQ(IncompleteUtf8Suffix("abc"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("a\xF0\x9F\x8E"), 3u);
  EXPECT_EQ(IncompleteUtf8Suffix("a\xC3"), 1u);
  EXPECT_EQ(IncompleteUtf8Suffix("é"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\x80\x80\x80\x80"), 0u);
}

TEST(Utf8, ReplacesInvalidBytes) {
  EXPECT_EQ(ToValidUtf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(ToValidUtf8("é"), "é");
}

TEST(Utf8, OneLineHoldsNothingThatATerminalObeys) {
  EXPECT_EQ(OneLine("Grüße, 美術  🎨"), "Grüße, 美術  🎨");
  EXPECT_EQ(OneLine("a\r\n\tb\x1B[31mc\x7F"), "a b [31mc ");
  EXPECT_EQ(OneLine("a\u009B2Jb\u2028c"), "a 2Jb c");  // C1: another ESC [
  EXPECT_EQ(OneLine("a\xFF\xC3"), "a ");
  EXPECT_EQ(OneLine(""), "");
}

}  // namespace
}  // namespace artspeak::base
