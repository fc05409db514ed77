#include "base/thread_priority.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <thread>

namespace artspeak::base {
namespace {

int Niceness() { return getpriority(PRIO_PROCESS, 0); }

TEST(ThreadPriority, IsThatOfTheThreadAndOfThoseItStartsAlone) {
  const int before = Niceness();
  if (before == 19) GTEST_SKIP() << "there is nothing lower";
  std::thread([before] {
    LowerThreadPriority();
    EXPECT_GT(Niceness(), before);
    std::thread([before] { EXPECT_GT(Niceness(), before); }).join();
  }).join();
  EXPECT_EQ(Niceness(), before);
}

TEST(ThreadPriority, IdleIsThatOfTheThreadAndOfThoseItStartsAlone) {
  const auto is_last = [] {
    return sched_getscheduler(0) == SCHED_IDLE || Niceness() == 19;
  };
  if (is_last()) GTEST_SKIP() << "there is nothing lower";
  std::thread([&] {
    RunWhenIdle();
    EXPECT_TRUE(is_last());
    std::thread([&] { EXPECT_TRUE(is_last()); }).join();
  }).join();
  EXPECT_FALSE(is_last());
}

}  // namespace
}  // namespace artspeak::base
