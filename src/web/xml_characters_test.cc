#include "web/xml_characters.h"

#include <gtest/gtest.h>

namespace artspeak::web {
namespace {

TEST(XmlCharacters, TextStaysAsItIs) {
  const std::string text = "A\tchair,\r\n eine Öllampe, 𝄞 <b>&amp;</b> \x7f";
  EXPECT_EQ(KeepXmlCharacters(text), text);
}

TEST(XmlCharacters, WhatNoDocumentMayHoldIsReplaced) {
  using std::string_literals::operator""s;
  EXPECT_EQ(KeepXmlCharacters("a\0b\x1b[1m\xff"s), "a\uFFFDb\uFFFD[1m\uFFFD");
  EXPECT_EQ(KeepXmlCharacters("\uFFFD\xef\xbf\xbe\xef\xbf\xbf"),
            "\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace artspeak::web
