#include "web/key_quota.h"

#include <gtest/gtest.h>

#include <vector>

namespace artspeak::web {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class KeyQuotaTest : public ::testing::Test {
 protected:
  std::unique_ptr<KeyQuota::Grant> Ask(const std::string& key,
                                       KeyQuota::Wish wish) {
    auto answer = quota_.Ask(key, wish);
    if (auto* grant = std::get_if<std::unique_ptr<KeyQuota::Grant>>(&answer)) {
      return std::move(*grant);
    }
    refused_ = std::get<KeyQuota::Refused>(answer);
    return nullptr;
  }
  // A text of so many tokens, from its wish to its end.
  bool Write(const std::string& key, int tokens) {
    const auto grant = Ask(key, {.texts = 1, .tokens_each = tokens});
    if (grant) grant->EndText(tokens);
    return grant != nullptr;
  }

  base::FakeClock clock_{base::UnixTime(seconds(1'700'000'010))};
  KeyQuota quota_{{.texts = 4, .tokens = 100}, clock_};
  KeyQuota::Refused refused_;
};

TEST_F(KeyQuotaTest, AKeyHasSoManyTextsAtOnceAndOthersTheirOwn) {
  const auto three = Ask("alice", {.texts = 3});
  ASSERT_TRUE(three);
  EXPECT_FALSE(Ask("alice", {.texts = 2}));
  EXPECT_EQ(refused_.why, KeyQuota::Refusal::kTexts);
  EXPECT_EQ(refused_.retry_after, seconds(5));
  EXPECT_TRUE(Ask("alice", {.texts = 1}));
  EXPECT_TRUE(Ask("bob", {.texts = 4}));
}

TEST_F(KeyQuotaTest, ATextThatEndsLeavesItsPlace) {
  const auto four = Ask("alice", {.texts = 4});
  ASSERT_TRUE(four);
  four->EndText(1);
  EXPECT_FALSE(Ask("alice", {.texts = 2}));
  four->EndText(1);
  EXPECT_TRUE(Ask("alice", {.texts = 2}));
}

TEST_F(KeyQuotaTest, AGrantThatGoesLeavesThePlacesOfTheRest) {
  auto four = Ask("alice", {.texts = 4, .tokens_each = 50});
  ASSERT_TRUE(four);
  four->EndText(10);
  four = nullptr;
  EXPECT_TRUE(Ask("alice", {.texts = 4}));
  EXPECT_TRUE(Write("alice", 89)) << "what was not written is not counted";
  EXPECT_TRUE(Write("alice", 1));
  EXPECT_FALSE(Write("alice", 1));
}

TEST_F(KeyQuotaTest, TokensComeBackAfterAnHour) {
  EXPECT_TRUE(Write("alice", 40));
  clock_.Advance(minutes(20));
  EXPECT_TRUE(Write("alice", 70)) << "the last one may go beyond";
  EXPECT_FALSE(Write("alice", 1));
  EXPECT_EQ(refused_.why, KeyQuota::Refusal::kTokens);
  EXPECT_TRUE(Write("bob", 1));
  // The minute in which the first text ended began 30 s before that.
  EXPECT_EQ(refused_.retry_after, minutes(40) - seconds(30));
  clock_.Advance(refused_.retry_after - seconds(1));
  EXPECT_FALSE(Write("alice", 1));
  EXPECT_EQ(refused_.retry_after, seconds(1));
  clock_.Advance(seconds(1));
  EXPECT_TRUE(Write("alice", 30));
  EXPECT_FALSE(Write("alice", 1));
  EXPECT_EQ(refused_.retry_after, minutes(20));
}

TEST_F(KeyQuotaTest, WhatIsBeingWrittenCountsAsWritten) {
  const auto two = Ask("alice", {.texts = 2, .tokens_each = 50});
  ASSERT_TRUE(two);
  EXPECT_FALSE(Ask("alice", {.texts = 1}));
  EXPECT_EQ(refused_.why, KeyQuota::Refusal::kTokens);
  EXPECT_EQ(refused_.retry_after, seconds(5)) << "as soon as one ends";
  two->EndText(10);
  EXPECT_TRUE(Ask("alice", {.texts = 1}));
}

TEST_F(KeyQuotaTest, WhatIsReadCountsToo) {
  Ask("alice", {.texts = 1})->Read(100);
  EXPECT_FALSE(Write("alice", 1));
}

TEST_F(KeyQuotaTest, AGrantMayOutliveTheQuota) {
  // It counts on in what both share, which goes with the last of them: the
  // sanitizers see it.
  auto quota = std::make_unique<KeyQuota>(KeyLimits{}, clock_);
  auto answer = quota->Ask("alice", {.texts = 2, .tokens_each = 1});
  quota = nullptr;
  std::get<std::unique_ptr<KeyQuota::Grant>>(answer)->EndText(1);
}

}  // namespace
}  // namespace artspeak::web
