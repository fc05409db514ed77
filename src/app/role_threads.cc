#include "app/role_threads.h"

#include <chrono>
#include <utility>

namespace artspeak::app {

void RoleThreads::Start(std::function<void(std::stop_token)> role) {
  threads_.emplace_back([this, role = std::move(role)] {
    try {
      role(stop_.get_token());
    } catch (...) {
      {
        std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
      }
      over_.request_stop();
    }
  });
}

void RoleThreads::Wait(base::Clock& clock, std::stop_token stop) {
  std::stop_callback end(stop, [this] { over_.request_stop(); });
  while (clock.Sleep(std::chrono::hours(24), over_.get_token())) {
  }
}

void RoleThreads::Stop() {
  stop_.request_stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void RoleThreads::RethrowFailure() {
  std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace artspeak::app
