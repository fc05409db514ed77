// Time as an argument: the system's, or one that a test moves by hand.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

namespace artspeak::base {

using Seconds = std::chrono::duration<double>;
// Milliseconds since 1970-01-01 UTC.
using UnixTime = std::chrono::sys_time<std::chrono::milliseconds>;

// To the second (ISO 8601): "2025-03-12T13:05:09Z".
std::string FormatUtc(UnixTime time);

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixTime Now() const = 0;
  // Returns after `duration`, or at once when `stop` is requested. True if the
  // whole time passed.
  virtual bool Sleep(std::chrono::milliseconds duration,
                     std::stop_token stop) = 0;
};

class SystemClock : public Clock {
 public:
  UnixTime Now() const override;
  bool Sleep(std::chrono::milliseconds duration, std::stop_token stop) override;
};

// Stands still until Advance. A sleeper wakes when the clock has passed its
// time.
class FakeClock : public Clock {
 public:
  explicit FakeClock(UnixTime now = UnixTime{}) : now_(now) {}
  UnixTime Now() const override;
  bool Sleep(std::chrono::milliseconds duration, std::stop_token stop) override;
  void Advance(std::chrono::milliseconds duration);
  // Waits until someone sleeps on this clock, so that a test knows when to
  // advance it.
  void WaitForSleeper();

 private:
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable_any changed_;
  UnixTime now_;
  int sleepers_ = 0;
};

// Measures elapsed time by the steady clock.
class Stopwatch {
 public:
  double seconds() const {
    return Seconds(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ =
      std::chrono::steady_clock::now();
};

}  // namespace artspeak::base
