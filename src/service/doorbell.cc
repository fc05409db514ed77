#include "service/doorbell.h"

namespace artspeak::service {

void Doorbell::Ring() {
  std::stop_source waiting{std::nostopstate};
  {
    std::lock_guard lock(mutex_);
    rung_ = true;
    waiting = waiting_;
  }
  waiting.request_stop();
}

void Doorbell::Wait(base::Clock& clock, std::chrono::milliseconds duration,
                    std::stop_token stop) {
  std::stop_source waiting;
  {
    std::lock_guard lock(mutex_);
    if (rung_) {
      rung_ = false;
      return;
    }
    waiting_ = waiting;
  }
  {
    std::stop_callback end(stop, [&] { waiting.request_stop(); });
    clock.Sleep(duration, waiting.get_token());
  }
  std::lock_guard lock(mutex_);
  rung_ = false;
}

}  // namespace artspeak::service
