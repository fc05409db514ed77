#include "service/live_text.h"

#include <gtest/gtest.h>

#include "service/review.h"

namespace artspeak::service {
namespace {

constexpr const char* kId = "0123456789ab";

std::string TextOf(const LiveText& live, int place) {
  const auto texts = live.Read(kId);
  return texts ? texts->at(static_cast<size_t>(place)).text : "(none)";
}

TEST(LiveText, PiecesJoinByPlace) {
  LiveText live;
  EXPECT_FALSE(live.Read(kId));
  live.Begin(kId, 1);
  EXPECT_EQ(live.Read(kId)->size(), static_cast<size_t>(kTextsPerReview));
  live.Append(kId, 0, {1, 0}, "A ");
  live.Append(kId, 4, {1, 0}, "The ");
  live.Append(kId, 0, {1, 0}, "chair");
  EXPECT_EQ(TextOf(live, 0), "A chair");
  EXPECT_EQ(TextOf(live, 4), "The ");
  live.End(kId, 1);
  EXPECT_FALSE(live.Read(kId));
}

TEST(LiveText, ATextThatIsTriedAgainBeginsAnew) {
  LiveText live;
  live.Begin(kId, 1);
  live.Append(kId, 0, {1, 0}, "\n");
  live.Append(kId, 0, {1, 1}, "A chair");
  live.Append(kId, 0, {1, 0}, "late");
  EXPECT_EQ(TextOf(live, 0), "A chair");
  EXPECT_EQ(live.Read(kId)->front().run, (service::Run{1, 1}));
}

TEST(LiveText, WhatComesLateFromAnEarlierAttemptIsNotShown) {
  LiveText live;
  live.Append(kId, 0, {1, 0}, "nobody began this");
  EXPECT_FALSE(live.Read(kId));
  live.Begin(kId, 1);
  live.Append(kId, 0, {1, 0}, "old");
  live.Begin(kId, 2);
  live.Append(kId, 0, {1, 0}, "late");
  live.End(kId, 1);
  EXPECT_EQ(TextOf(live, 0), "");
}

TEST(LiveText, ATextHasABound) {
  LiveText live;
  live.Begin(kId, 1);
  live.Append(kId, 0, {1, 0}, std::string(LiveText::kMaxBytes, 'x'));
  live.Append(kId, 0, {1, 0}, "y");
  EXPECT_EQ(TextOf(live, 0).size(), LiveText::kMaxBytes);
}

TEST(LiveText, WhoeverWaitsIsWokenByPiecesAndChanges) {
  LiveText live;
  base::FakeClock clock;  // stands still: only the bell ends a wait
  live.Begin(kId, 1);
  live.Append(kId, 0, {1, 0}, "A");
  live.Wait(clock, std::chrono::hours(1), {});
  EXPECT_FALSE(live.TakeChange());
  live.NoteChange();
  live.Wait(clock, std::chrono::hours(1), {});
  EXPECT_TRUE(live.TakeChange());
  EXPECT_FALSE(live.TakeChange());
}

}  // namespace
}  // namespace artspeak::service
