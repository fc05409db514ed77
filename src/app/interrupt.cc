#include "app/interrupt.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <string_view>
#include <utility>

namespace artspeak::app {

namespace {

sigset_t EndSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// Where it cannot be written, nobody is there to read it.
void Show(std::string_view line) {
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

InterruptGuard::InterruptGuard(std::string notice) {
  if (!notice.empty()) notice_ = "\nartspeak: " + std::move(notice) + "\n";
  const sigset_t set = EndSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread([this](std::stop_token stop) {
    const sigset_t set = EndSignals();
    while (!stop.stop_requested()) {
      const timespec wait = {.tv_sec = 0, .tv_nsec = 100'000'000};
      const int signal = sigtimedwait(&set, nullptr, &wait);
      if (signal <= 0) continue;
      if (!source_.stop_requested()) {
        Show(notice_);
        source_.request_stop();
      } else if (signal == SIGINT) {
        Show("\nartspeak: ended at once\n");
        _exit(128 + signal);
      }
    }
  });
}

InterruptGuard::~InterruptGuard() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t set = EndSignals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void OutliveTerminal() {
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
}

}  // namespace artspeak::app
