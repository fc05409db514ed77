#include "web/admin_sessions.h"

#include <gtest/gtest.h>

#include <string>

namespace artspeak::web {
namespace {

class AdminSessionsTest : public ::testing::Test {
 protected:
  std::string SignIn(const std::string& address = "::1") {
    return sessions_.Try("eleven umbrellas", address).token;
  }
  // The wait after a wrong password.
  int Guess(const std::string& address = "::1") {
    const auto result = sessions_.Try("umbrellas", address);
    EXPECT_EQ(result.token, "");
    return static_cast<int>(result.wait.count());
  }

  base::FakeClock clock_{base::UnixTime{std::chrono::hours(24 * 365 * 50)}};
  AdminSessions sessions_{
      PasswordHash(HashPassword("eleven umbrellas", {64, 1, 1})), clock_};
};

TEST_F(AdminSessionsTest, ASessionHoldsUntilItIsEnded) {
  const std::string token = SignIn();
  EXPECT_EQ(token.size(), 48u);
  EXPECT_TRUE(sessions_.Holds(token));
  EXPECT_FALSE(sessions_.Holds(""));
  EXPECT_FALSE(sessions_.Holds(token + "0"));
  EXPECT_NE(SignIn(), token);
  sessions_.SignOut(token);
  EXPECT_FALSE(sessions_.Holds(token));
}

TEST_F(AdminSessionsTest, ASessionUnusedForTwoHoursEnds) {
  const std::string token = SignIn();
  clock_.Advance(kSessionIdle - std::chrono::seconds(1));
  EXPECT_TRUE(sessions_.Holds(token));
  clock_.Advance(kSessionIdle);
  EXPECT_FALSE(sessions_.Holds(token));
}

TEST_F(AdminSessionsTest, ASessionEndsAfterHalfADayWhateverItDoes) {
  const std::string token = SignIn();
  for (int hour = 1; hour < 12; ++hour) {
    clock_.Advance(std::chrono::hours(1));
    EXPECT_TRUE(sessions_.Holds(token)) << hour;
  }
  clock_.Advance(std::chrono::hours(1));
  EXPECT_FALSE(sessions_.Holds(token));
}

TEST_F(AdminSessionsTest, ManySessionsEndTheOldest) {
  const std::string first = SignIn();
  const std::string second = SignIn();
  for (int i = 2; i <= kMaxSessions; ++i) SignIn();
  EXPECT_FALSE(sessions_.Holds(first));
  EXPECT_TRUE(sessions_.Holds(second));
}

TEST_F(AdminSessionsTest, GuessesFromOneAddressHaveToWait) {
  for (int i = 0; i < kTriesPerAddress; ++i) {
    EXPECT_EQ(Guess(), 0) << i;
    clock_.Advance(std::chrono::minutes(1));
  }
  EXPECT_EQ(Guess(), 10 * 60) << "until the first is a quarter of an hour old";
  EXPECT_EQ(SignIn(), "") << "the right one too: no oracle";
  EXPECT_NE(SignIn("192.0.2.1"), "") << "from elsewhere";
  clock_.Advance(std::chrono::minutes(10));
  EXPECT_NE(SignIn(), "");
  EXPECT_EQ(Guess(), 0) << "the owner begins anew";
}

TEST_F(AdminSessionsTest, GuessesFromManyAddressesHaveToWaitToo) {
  for (int i = 0; i < kTriesInTotal; ++i) {
    EXPECT_EQ(Guess("192.0.2." + std::to_string(i)), 0) << i;
  }
  EXPECT_EQ(Guess("198.51.100.1"), 15 * 60);
  clock_.Advance(kTryWindow);
  EXPECT_NE(SignIn("198.51.100.1"), "");
}

TEST_F(AdminSessionsTest, AFormKeyBelongsToOneSession) {
  const std::string token = SignIn();
  const std::string key = AdminSessions::FormKey(token);
  EXPECT_TRUE(AdminSessions::IsFormKey(key, token));
  EXPECT_FALSE(AdminSessions::IsFormKey("", token));
  EXPECT_FALSE(AdminSessions::IsFormKey(key, SignIn()));
  EXPECT_EQ(token.find(key), std::string::npos);
}

}  // namespace
}  // namespace artspeak::web
