#include "service/doorbell.h"

#include <gtest/gtest.h>

#include <thread>

namespace artspeak::service {
namespace {

constexpr std::chrono::hours kLong{1};

TEST(Doorbell, RingEndsTheWait) {
  base::FakeClock clock;
  Doorbell doorbell;
  std::jthread waiter([&] { doorbell.Wait(clock, kLong, {}); });
  clock.WaitForSleeper();
  doorbell.Ring();  // or this test never ends
}

TEST(Doorbell, RingBeforeTheWaitIsNotForgottenButUsedUp) {
  base::FakeClock clock;
  Doorbell doorbell;
  doorbell.Ring();
  doorbell.Wait(clock, kLong, {});
  std::jthread waiter([&] { doorbell.Wait(clock, kLong, {}); });
  clock.WaitForSleeper();  // the second wait does wait
  clock.Advance(kLong);
}

TEST(Doorbell, StopEndsTheWait) {
  base::FakeClock clock;
  Doorbell doorbell;
  std::jthread waiter(
      [&](std::stop_token stop) { doorbell.Wait(clock, kLong, stop); });
  clock.WaitForSleeper();
  waiter.request_stop();
}

}  // namespace
}  // namespace artspeak::service
