// Ctrl-C and SIGTERM as a stop token: long commands end in order.
#pragma once

#include <stop_token>
#include <string>
#include <thread>

namespace artspeak::app {

// While it lives, SIGINT and SIGTERM request a stop of `token()`, and `notice`
// is then shown on standard error; another SIGINT ends the program at once.
// Another SIGTERM does not: a process manager and a script in between may both
// send one. Make it before any other thread starts: it blocks the signals, and
// threads inherit that. One at a time.
class InterruptGuard {
 public:
  explicit InterruptGuard(std::string notice = "");
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::string notice_;
  std::jthread waiter_;
};

// From now on the process goes on when its terminal closes, a connection
// drops, or the program that reads what it prints ends.
void OutliveTerminal();

}  // namespace artspeak::app
