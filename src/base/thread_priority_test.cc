#include "base/thread_priority.h"

#include <gtest/gtest.h>
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

}  // namespace
}  // namespace artspeak::base
