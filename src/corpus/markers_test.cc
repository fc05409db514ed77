#include "corpus/markers.h"

#include <gtest/gtest.h>

namespace artspeak::corpus {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Markers, PartTheDocumentsOfAText) {
  EXPECT_EQ(SplitAtMarkers("<|startoftext|>One.<|endoftext|>\n"
                           "<|startoftext|>Two\nlines<|endoftext|>\r\n"
                           "<|startoftext|>Three<|endoftext|>"),
            (Parts{"One.", "Two\nlines", "Three"}));
}

TEST(Markers, OneKindIsEnough) {
  EXPECT_EQ(SplitAtMarkers("a<|endoftext|>b<|endoftext|>"), (Parts{"a", "b"}));
  EXPECT_EQ(SplitAtMarkers("a\n<|startoftext|>b\n<|startoftext|>c"),
            (Parts{"a\n", "b\n", "c"}));
}

TEST(Markers, TextIsKeptToTheLastSpaceButForTheLineBreakAfterAnEnd) {
  EXPECT_EQ(SplitAtMarkers("<|startoftext|>\n one \n<|endoftext|>\n\n two"),
            (Parts{"\n one \n", "\n two"}));
  EXPECT_EQ(SplitAtMarkers(" no marker \n"), Parts{" no marker \n"});
}

TEST(Markers, WhatIsBlankIsNoDocument) {
  EXPECT_EQ(SplitAtMarkers(""), Parts{});
  EXPECT_EQ(SplitAtMarkers(" \n"), Parts{});
  EXPECT_EQ(SplitAtMarkers("<|startoftext|> <|endoftext|>\n<|endoftext|>"),
            Parts{});
}

TEST(Markers, WhatOnlyLooksLikeOneIsText) {
  for (const char* text : {"<|endoftext", "<|", "a <|startoftext |> b",
                           "<|<|endoftex", "<|ENDOFTEXT|>"}) {
    EXPECT_EQ(SplitAtMarkers(text), Parts{text});
  }
  EXPECT_EQ(SplitAtMarkers("<|<|endoftext|>x"), (Parts{"<|", "x"}));
}

TEST(Markers, WhatIsMarkedIsFoundAgain) {
  const std::string marked = WithMarkers("One.") + WithMarkers(" two ");
  EXPECT_EQ(marked,
            "<|startoftext|>One.<|endoftext|>\n"
            "<|startoftext|> two <|endoftext|>\n");
  EXPECT_EQ(SplitAtMarkers(marked), (Parts{"One.", " two "}));
}

}  // namespace
}  // namespace artspeak::corpus
