// Ctrl-C and SIGTERM as a stop token: long commands end in order.
#pragma once

#include <stop_token>
#include <thread>

namespace artspeak::app {

// While it lives, SIGINT and SIGTERM request a stop of `token()`; a second one
// ends the program at once. Make it before any other thread starts: it blocks
// the signals, and threads inherit that. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace artspeak::app
