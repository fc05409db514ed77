#include "archive/html_encoding.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/file.h"
#include "base/utf8.h"
#include "tests/support/testing.h"

namespace artspeak::archive {
namespace {

TEST(DecodeHtml, TheOrderOfWhoSaysIt) {
  const std::string latin = "caf\xE9 \x93quoted\x94";
  const std::string expected = "caf\xC3\xA9 \xE2\x80\x9Cquoted\xE2\x80\x9D";
  EXPECT_EQ(DecodeHtml(latin, "text/html; charset=ISO-8859-1"), expected);
  EXPECT_EQ(DecodeHtml(latin, "text/html; charset=\"Latin1\""), expected);
  EXPECT_EQ(DecodeHtml(latin, "text/html"), expected);  // not UTF-8: guessed
  EXPECT_EQ(DecodeHtml(expected, ""), expected);
  EXPECT_EQ(DecodeHtml("<meta charset=koi8-r>\xC1", ""),
            "<meta charset=koi8-r>\xD0\xB0");
  EXPECT_EQ(DecodeHtml("<META http-equiv=Content-Type content='text/html; "
                       "charset=windows-1251'>\xE0",
                       ""),
            "<META http-equiv=Content-Type content='text/html; "
            "charset=windows-1251'>\xD0\xB0");
  // The header before the tag, the byte order mark before both.
  EXPECT_EQ(
      DecodeHtml("<meta charset=koi8-r>\xE0", "text/html;charset=windows-1251"),
      "<meta charset=koi8-r>\xD0\xB0");
  EXPECT_EQ(DecodeHtml("\xEF\xBB\xBF\xC3\xA9", "text/html; charset=koi8-r"),
            "\xC3\xA9");
  EXPECT_EQ(DecodeHtml(std::string("\xFF\xFE"
                                   "a\0\xE9\0",
                                   6),
                       ""),
            "a\xC3\xA9");
  EXPECT_EQ(DecodeHtml(std::string("\xFE\xFF"
                                   "\0a\0\xE9",
                                   6),
                       ""),
            "a\xC3\xA9");
  EXPECT_EQ(DecodeHtml("<!-- <meta charset=koi8-r> -->\xC3\xA9", ""),
            "<!-- <meta charset=koi8-r> -->\xC3\xA9");
  EXPECT_EQ(DecodeHtml("<?xml version='1.0' encoding='koi8-r'?>\xC1", ""),
            "<?xml version='1.0' encoding='koi8-r'?>\xD0\xB0");
  EXPECT_EQ(DecodeHtml("\x83\x65", "text/html; charset=Shift_JIS"),
            "\xE3\x83\x86");
}

TEST(DecodeHtml, AnOldPageThatTheServerCallsUtf8) {
  EXPECT_EQ(DecodeHtml("caf\xE9", "text/html; charset=utf-8"), "caf\xC3\xA9");
  // With real UTF-8 in it, only the bad byte is lost.
  EXPECT_EQ(DecodeHtml("\xC3\xA9\xE9", "text/html; charset=utf-8"),
            "\xC3\xA9\xEF\xBF\xBD");
}

TEST(DecodeHtml, NonsenseIsNeverAFault) {
  for (const char* type :
       {"charset", "charset=", "charset=\"", "text/html; charset=no-such",
        "charset=utf-8//TRANSLIT", "charset=utf-16", "charset=utf-7"}) {
    for (const std::string& bytes :
         {std::string(), std::string("a"), std::string("\xFF\xFE\xFF"),
          std::string("<meta charset"), std::string("<meta charset=\xFF>"),
          std::string("\0\xD8\0", 3), std::string("\x81\xFE\x30")}) {
      EXPECT_TRUE(base::IsValidUtf8(DecodeHtml(bytes, type))) << type;
    }
  }
}

// Pages of real sites, by the encoding that their own tag or nothing tells.
TEST(DecodeHtml, RealPagesDecodeToTheirText) {
  const auto shared = testing::SharedData();
  if (!shared || !std::filesystem::exists(*shared / "html")) {
    GTEST_SKIP() << "no shared data";
  }
  int pages = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(*shared / "html")) {
    if (!entry.is_directory()) continue;
    const std::string bytes = base::ReadFile(entry.path() / "page.html");
    const std::string text = DecodeHtml(bytes, "text/html");
    ++pages;
    EXPECT_TRUE(base::IsValidUtf8(text)) << entry.path();
    if (base::IsValidUtf8(bytes)) {
      EXPECT_EQ(text, bytes) << entry.path();
    } else {  // latin-1: one character a byte, and nothing lost
      EXPECT_EQ(base::CountCodePoints(text), bytes.size()) << entry.path();
      EXPECT_EQ(text.find("\xEF\xBF\xBD"), std::string::npos) << entry.path();
    }
  }
  EXPECT_GT(pages, 10);
}

}  // namespace
}  // namespace artspeak::archive
