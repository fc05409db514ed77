#include "base/thread_priority.h"

#if defined(__linux__)
#include <sys/resource.h>
#endif

namespace artspeak::base {

void LowerThreadPriority() {
#if defined(__linux__)
  constexpr int kNiceness = 5;
  setpriority(PRIO_PROCESS, 0, kNiceness);  // 0: this thread alone, on Linux
#endif
}

}  // namespace artspeak::base
