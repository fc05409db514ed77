// Wakes a loop that waits on a clock.
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>

#include "base/clock.h"

namespace artspeak::service {

// Thread-safe; one thread waits.
class Doorbell {
 public:
  // Ends the present wait, or the next one at once if nobody waits.
  void Ring();

  // Returns when the bell rings, after `duration`, or when stop is requested.
  void Wait(base::Clock& clock, std::chrono::milliseconds duration,
            std::stop_token stop);

 private:
  std::mutex mutex_;  // guards both below
  bool rung_ = false;
  std::stop_source waiting_;  // stopping it ends the present wait
};

}  // namespace artspeak::service
