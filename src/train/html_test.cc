#include "train/html.h"

#include <gtest/gtest.h>

namespace artspeak::train {
namespace {

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(EscapeHtml("<b title=\"x\">R&D's</b>"),
            "&lt;b title=&quot;x&quot;&gt;R&amp;D's&lt;/b&gt;");
  EXPECT_EQ(EscapeHtml("&lt;"), "&amp;lt;");
}

TEST(EscapeHtml, KeepsTextOfAnyKind) {
  EXPECT_EQ(EscapeHtml("日本\n\tcafé 🎨"), "日本\n\tcafé 🎨");
}

TEST(EscapeHtml, ReplacesWhatAPageMayNotHold) {
  EXPECT_EQ(EscapeHtml("a\xE9z"), "a\uFFFDz");
  EXPECT_EQ(EscapeHtml(std::string_view("\0\x1B\x7F", 3)),
            "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(EscapeHtml("\uFFFE"), "\uFFFD");
}

}  // namespace
}  // namespace artspeak::train
