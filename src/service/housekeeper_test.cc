#include "service/housekeeper.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "tests/support/fake_stores.h"

namespace artspeak::service {
namespace {

class FakePrivacyStore : public PrivacyStore {
 public:
  Forgotten Forget(base::UnixTime before, base::UnixTime) override {
    std::lock_guard lock(mutex_);
    asked_.push_back(before);
    if (asked_.size() == 1) throw base::Error("the database is locked");
    return {};
  }
  std::vector<base::UnixTime> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;  // guards asked_
  std::vector<base::UnixTime> asked_;
};

class FakeSubscribers : public testing::FakeSubscribers {
 public:
  void Purge(base::UnixTime now) override { purged.push_back(now); }
  std::vector<base::UnixTime> purged;  // by the housekeeper's thread alone
};

TEST(Housekeeper, ForgetsEveryHourWhateverTheStoreAnswers) {
  using std::chrono::hours;
  FakePrivacyStore store;
  const base::UnixTime start{hours(24 * 365 * 50)};
  base::FakeClock clock(start);
  FakeSubscribers subscribers;
  Housekeeper housekeeper(store, subscribers, clock, hours(24 * 7));
  std::jthread thread([&](std::stop_token stop) { housekeeper.Run(stop); });
  clock.WaitForSleeper();
  clock.Advance(kHousekeepingEvery);
  while (store.asked().size() < 2) std::this_thread::yield();
  clock.WaitForSleeper();
  thread.request_stop();
  thread.join();
  EXPECT_EQ(store.asked(),
            (std::vector{start - hours(24 * 7),
                         start + kHousekeepingEvery - hours(24 * 7)}));
  EXPECT_EQ(subscribers.purged, (std::vector{start + kHousekeepingEvery}));
}

}  // namespace
}  // namespace artspeak::service
