#include "web/examples_file.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

using Ids = std::vector<std::string>;

class ExamplesFile : public ::testing::Test {
 protected:
  void Write(const std::string& text) {
    base::WriteFileAtomically(site_ / "examples.txt", text);
  }
  std::string Text() { return base::ReadFile(site_ / "examples.txt"); }
  Ids Read() { return ReadExamples(site_.path()); }

  testing::TempDir site_;
};

TEST_F(ExamplesFile, IdsAndLinksCountAndTheRestDoesNot) {
  EXPECT_EQ(Read(), Ids{});
  Write(
      "# chosen\nhttps://art.example/review/0123456789ab/ # good\r\n"
      "  zzzzzzzzzzzz\nnonsense\n\n0a1b2c3d");
  EXPECT_EQ(Read(), (Ids{"0123456789ab", "zzzzzzzzzzzz", "0a1b2c3d"}));
}

TEST_F(ExamplesFile, AnExampleIsPutLastOrFirstBelowTheComments) {
  AddExample(site_.path(), "00000000000a", ExamplePlace::kLast);
  EXPECT_EQ(Text(), "00000000000a\n");
  Write("# chosen\n00000000000a # the first\n\n# end");
  AddExample(site_.path(), "00000000000b", ExamplePlace::kLast);
  AddExample(site_.path(), "00000000000c", ExamplePlace::kFirst);
  EXPECT_EQ(Text(),
            "# chosen\n00000000000c\n00000000000a # the first\n\n# end\n"
            "00000000000b\n");
}

TEST_F(ExamplesFile, AnExampleThatIsThereIsMoved) {
  Write("00000000000a\n00000000000b\n");
  AddExample(site_.path(), "00000000000b", ExamplePlace::kFirst);
  EXPECT_EQ(Text(), "00000000000b\n00000000000a\n");
}

TEST_F(ExamplesFile, AnExampleIsRemovedAndCommentsStay) {
  Write("# chosen\n/review/00000000000a/\n00000000000b\n");
  EXPECT_TRUE(RemoveExample(site_.path(), "00000000000a"));
  EXPECT_FALSE(RemoveExample(site_.path(), "00000000000a"));
  EXPECT_EQ(Text(), "# chosen\n00000000000b\n");
}

TEST_F(ExamplesFile, WhatWouldNotBeShownIsNotAdded) {
  std::string text;
  for (size_t i = 0; i < kMaxExamples; ++i) {
    text += "0000000000" + std::to_string(10 + i) + "\n";
  }
  Write(text + "0123456789ab\n");
  EXPECT_EQ(Read().size(), kMaxExamples);
  Write(text);
  EXPECT_THROW(AddExample(site_.path(), "0123456789ab", ExamplePlace::kFirst),
               base::Error);
  EXPECT_EQ(Text(), text);
  EXPECT_NO_THROW(
      AddExample(site_.path(), "000000000012", ExamplePlace::kFirst));
}

TEST_F(ExamplesFile, AFileThatIsNoListIsLeftAlone) {
  Write("0123456789ab\n" + std::string(100'000, 'x'));
  EXPECT_EQ(Read(), Ids{});
  EXPECT_THROW(AddExample(site_.path(), "00000000000a", ExamplePlace::kLast),
               base::Error);
  EXPECT_THROW(RemoveExample(site_.path(), "0123456789ab"), base::Error);
  EXPECT_GT(Text().size(), 100'000u);
}

}  // namespace
}  // namespace artspeak::web
