#include "base/thread_priority.h"

#if defined(__linux__)
#include <sys/resource.h>
#endif

namespace artspeak::base {

void LowerThreadPriority() {
#if defined(__linux__)
  constexpr int kNicer = 5;
  // 0 is this thread alone, on Linux. What is above 19 counts as 19.
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kNicer);
#endif
}

}  // namespace artspeak::base
