// Work that pauses while somebody else needs the machine more.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>

#include "base/clock.h"

namespace artspeak::base {

// A gate that a worker's threads pass again and again, before each piece of
// their work. It closes while `busy` answers true, and opens when that has been
// false for a while: one that comes soon after the last finds it closed still.
// Thread-safe.
class PauseGate {
 public:
  // What there is to ask and to tell; called by one thread at a time, must not
  // throw.
  struct Options {
    std::function<bool()> busy;
    // Called again and again while the gate is closed: to show it. May be
    // empty.
    std::function<void()> on_wait = {};
  };

  // How often `busy` is asked at most, and how many answers in a row open the
  // gate again: half a second of quiet.
  static constexpr std::chrono::milliseconds kAskEvery{10};
  static constexpr int kQuietAnswers = 50;

  // Open for good once `stop` is requested, so that the work can end in order.
  // clock: to wait by; it must outlive the gate.
  PauseGate(Options options, std::stop_token stop, Clock& clock);

  // Returns at once while the gate is open, else when it opens. An open one
  // costs a reading of the clock.
  void Pass();

  // How long it was closed to a thread, in all.
  double seconds_paused() const;

 private:
  using Steady = std::chrono::steady_clock;
  void Wait();  // until it opens

  const Options options_;
  const std::stop_token stop_;
  Clock& clock_;
  std::mutex mutex_;  // of the one that asks and waits; the others queue here
  std::atomic<Steady::time_point> ask_at_{Steady::time_point::min()};
  std::atomic<double> seconds_paused_{0};
};

}  // namespace artspeak::base
