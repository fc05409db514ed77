#include "base/clock.h"

#include <fmt/chrono.h>

namespace artspeak::base {

std::string FormatUtc(UnixTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     std::chrono::floor<std::chrono::seconds>(time));
}

UnixTime SystemClock::Now() const {
  return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now());
}

bool SystemClock::Sleep(std::chrono::milliseconds duration,
                        std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

UnixTime FakeClock::Now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

bool FakeClock::Sleep(std::chrono::milliseconds duration,
                      std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const UnixTime wake = now_ + duration;
  ++sleepers_;
  changed_.notify_all();
  const bool passed = changed_.wait(lock, stop, [&] { return now_ >= wake; });
  --sleepers_;
  return passed;
}

void FakeClock::Advance(std::chrono::milliseconds duration) {
  std::lock_guard lock(mutex_);
  now_ += duration;
  changed_.notify_all();
}

void FakeClock::WaitForSleeper() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return sleepers_ > 0; });
}

}  // namespace artspeak::base
