#include "decode/original_text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace artspeak::decode {
namespace {

CopyLimit LimitOf(const std::string& document, int max_words) {
  corpus::PassageIndexBuilder builder;
  builder.Add(document);
  return {.passages = builder.Finish(), .max_words = max_words};
}

TEST(OriginalText, ATextWithinTheLimitIsDoneAtOnce) {
  const CopyLimit limit = LimitOf("the oil on the canvas", 3);
  OriginalText text(limit, 1, 2);
  EXPECT_EQ(text.random().NextU64(), base::RandomStream(1, 2).NextU64());
  text.Add("It is the ");
  text.Add("oil on wood.");
  EXPECT_TRUE(text.End(Finish::kLength, 9));
  EXPECT_EQ(text.text(), "It is the oil on wood.");
  EXPECT_EQ(text.finish(), Finish::kLength);
  EXPECT_EQ(text.tokens(), 9);
  EXPECT_EQ(text.longest_copy(), 3u);
}

TEST(OriginalText, OneThatCopiesIsTriedAgainFromAStreamOfItsOwn) {
  const CopyLimit limit = LimitOf("the oil on the canvas", 3);
  OriginalText text(limit, 1, 2);
  text.Add("the oil on the wall");
  EXPECT_FALSE(text.End(Finish::kStop, 5));
  EXPECT_NE(text.random().NextU64(), base::RandomStream(1, 2).NextU64());
  text.Add("the wall");
  EXPECT_TRUE(text.End(Finish::kStop, 2));
  EXPECT_EQ(text.text(), "the wall");
  EXPECT_EQ(text.longest_copy(), 1u);
  EXPECT_EQ(text.finish(), Finish::kStop);
}

TEST(OriginalText, AfterTheLastTryTheOneThatWentFurthestIsCut) {
  const CopyLimit limit = LimitOf("the oil on the canvas", 3);
  OriginalText text(limit, 1, 2);
  std::set<uint64_t> streams;
  for (int tries = 0; tries < OriginalText::kMostTries; ++tries) {
    streams.insert(text.random().NextU64());
    text.Add(tries == 2 ? "Here is the oil on — the canvas" : "the oil on the");
    EXPECT_EQ(text.End(Finish::kStop, tries),
              tries == OriginalText::kMostTries - 1);
  }
  EXPECT_EQ(streams.size(), static_cast<size_t>(OriginalText::kMostTries));
  EXPECT_EQ(text.text(), "Here is the oil on —");
  EXPECT_EQ(text.finish(), Finish::kCopied);
  EXPECT_EQ(text.tokens(), 2);
  EXPECT_EQ(text.longest_copy(), 3u);
}

TEST(OriginalText, ATextBrokenOffIsTheLastAndCopiesNoMore) {
  const CopyLimit limit = LimitOf("the oil on the canvas", 3);
  for (const Finish finish : {Finish::kCancelled, Finish::kFailed}) {
    OriginalText text(limit, 1, 2);
    text.Add("the oil on the");
    EXPECT_TRUE(text.End(finish, 4));
    EXPECT_EQ(text.text(), "the oil on");
    EXPECT_EQ(text.finish(), finish);
  }
}

TEST(OriginalText, WithoutALimitItIsOnlyMeasured) {
  const CopyLimit limit = LimitOf("the oil on the canvas", 0);
  OriginalText measured(limit, 1, 2);
  measured.Add("the oil on the canvas");
  EXPECT_TRUE(measured.End(Finish::kStop, 5));
  EXPECT_EQ(measured.longest_copy(), 5u);
  EXPECT_EQ(measured.finish(), Finish::kStop);

  const CopyLimit none;
  OriginalText text(none, 1, 2);
  text.Add("the oil on the canvas");
  EXPECT_TRUE(text.End(Finish::kStop, 5));
  EXPECT_EQ(text.longest_copy(), std::nullopt);
}

}  // namespace
}  // namespace artspeak::decode
