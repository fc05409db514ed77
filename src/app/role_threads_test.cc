#include "app/role_threads.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "base/error.h"

namespace artspeak::app {
namespace {

// On a clock that stands still until it is told, or until stop is requested.
void UntilStopped(std::stop_token stop) {
  base::FakeClock clock;
  clock.Sleep(std::chrono::hours(1), stop);
}

TEST(RoleThreads, ARoleThatFailsEndsTheWaitAndSaysWhy) {
  RoleThreads threads;
  base::FakeClock clock;
  threads.Start(UntilStopped);
  threads.Start([](std::stop_token) { throw base::Error("the disk is full"); });
  std::stop_source rescue;  // of a test that fails
  const auto wait = std::async(
      std::launch::async, [&] { threads.Wait(clock, rescue.get_token()); });
  EXPECT_EQ(wait.wait_for(std::chrono::minutes(1)), std::future_status::ready);
  rescue.request_stop();
  wait.wait();
  threads.Stop();
  EXPECT_THROW(threads.RethrowFailure(), base::Error);
}

TEST(RoleThreads, StopEndsTheWaitAndThenTheRoles) {
  bool ended = false;
  RoleThreads threads;
  base::FakeClock clock;
  threads.Start([&](std::stop_token stop) {
    UntilStopped(stop);
    ended = true;
  });
  std::stop_source stop;
  stop.request_stop();
  threads.Wait(clock, stop.get_token());
  threads.Stop();
  EXPECT_TRUE(ended);
  threads.RethrowFailure();
}

}  // namespace
}  // namespace artspeak::app
