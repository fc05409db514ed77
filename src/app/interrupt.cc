#include "app/interrupt.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

namespace artspeak::app {

namespace {

sigset_t EndSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  const sigset_t set = EndSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread([this](std::stop_token stop) {
    const sigset_t set = EndSignals();
    while (!stop.stop_requested()) {
      const timespec wait = {.tv_sec = 0, .tv_nsec = 100'000'000};
      const int signal = sigtimedwait(&set, nullptr, &wait);
      if (signal <= 0) continue;
      if (source_.stop_requested()) _exit(128 + signal);
      source_.request_stop();
    }
  });
}

InterruptGuard::~InterruptGuard() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t set = EndSignals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace artspeak::app
