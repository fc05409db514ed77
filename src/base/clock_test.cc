#include "base/clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace artspeak::base {
namespace {

using std::chrono::milliseconds;

TEST(FormatUtc, IsToTheSecond) {
  EXPECT_EQ(FormatUtc(UnixTime(milliseconds(1'741'784'709'999))),
            "2025-03-12T13:05:09Z");
}

TEST(FakeClock, WakesASleeperOnlyWhenItsTimeHasPassed) {
  FakeClock clock;
  std::atomic<bool> passed{false};
  std::jthread sleeper([&](std::stop_token stop) {
    passed = clock.Sleep(milliseconds(100), stop);
  });
  clock.WaitForSleeper();
  clock.Advance(milliseconds(99));
  EXPECT_FALSE(passed);
  clock.Advance(milliseconds(1));
  sleeper.join();
  EXPECT_TRUE(passed);
  EXPECT_EQ(clock.Now(), UnixTime(milliseconds(100)));
}

TEST(FakeClock, StopEndsASleep) {
  FakeClock clock;
  bool passed = true;
  std::jthread sleeper([&](std::stop_token stop) {
    passed = clock.Sleep(milliseconds(100), stop);
  });
  clock.WaitForSleeper();
  sleeper.request_stop();
  sleeper.join();
  EXPECT_FALSE(passed);
}

TEST(SystemClock, StopEndsALongSleepAtOnce) {
  SystemClock clock;
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.Sleep(std::chrono::hours(1), source.get_token()));
}

}  // namespace
}  // namespace artspeak::base
