#include "web/card_style.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

TEST(CardStyle, IsReadFromTheStylesheet) {
  const CardStyle style = ReadCardStyle(R"(
:root {
  --wall: #ff0;
  --ink : #0A0b0C;
  --dot-size: #123456;
  --dot:#123457;
  --card-title: bold italic "Nimbus Sans",
    'Helvetica Neue', sans-serif;
  --card-text:  P052;
}
@media (prefers-color-scheme: dark) { :root { --wall: #000; } })");
  EXPECT_EQ(style.wall, 0xffff00u);
  EXPECT_EQ(style.ink, 0x0a0b0cu);
  EXPECT_EQ(style.dot, 0x123457u);
  EXPECT_EQ(style.title,
            (CardFace{"Nimbus Sans, Helvetica Neue, sans-serif", true, true}));
  EXPECT_EQ(style.text, (CardFace{"P052", false, false}));
}

TEST(CardStyle, WhatItDoesNotUnderstandKeepsItsDefault) {
  const CardStyle style = ReadCardStyle(
      "--wall: white; --ink: #12345; --dot: #12345g; --card-title: var(--s);"
      "--card-text: ;");
  EXPECT_EQ(style, CardStyle{});
  EXPECT_EQ(ReadCardStyle(""), CardStyle{});
  EXPECT_EQ(ReadCardStyle("--wall"), CardStyle{});
  EXPECT_EQ(ReadCardStyle("--wall:"), CardStyle{});
}

// So a site without a stylesheet has the same cards.
TEST(CardStyle, TheDefaultsAreThoseOfOurStylesheet) {
  EXPECT_EQ(ReadCardStyle(
                base::ReadFile(testing::SourceDir() / "site/assets/style.css")),
            CardStyle{});
}

}  // namespace
}  // namespace artspeak::web
