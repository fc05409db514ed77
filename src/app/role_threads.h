// The threads that the roles run in: if one of them fails, the whole service
// ends.
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace artspeak::app {

// Used by one thread. What a role uses must outlive it.
class RoleThreads {
 public:
  RoleThreads() = default;
  ~RoleThreads() { Stop(); }

  // Runs `role` until it returns, as it shall when its token is stopped.
  void Start(std::function<void(std::stop_token)> role);

  // Until stop is requested or a role has thrown.
  void Wait(base::Clock& clock, std::stop_token stop);

  // Stops all roles and waits for them.
  void Stop();

  // Throws what the first role that failed has thrown, if one did.
  void RethrowFailure();

 private:
  std::stop_source stop_;
  std::stop_source over_;  // stopped to end the wait
  std::mutex mutex_;       // guards failure_
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace artspeak::app
