#include "base/thread_priority.h"

#if defined(__linux__)
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace artspeak::base {

void LowerThreadPriority() {
#if defined(__linux__)
  constexpr int kNicer = 5;
  // 0 is this thread alone, on Linux. What is above 19 counts as 19.
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kNicer);
#endif
}

void RunWhenIdle() {
#if defined(__linux__)
  const sched_param none{};
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) {
    setpriority(PRIO_PROCESS, 0, 19);
  }
  syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
          IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
#endif
}

}  // namespace artspeak::base
