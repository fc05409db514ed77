#include "base/pause_gate.h"

#include <utility>

namespace artspeak::base {

PauseGate::PauseGate(Options options, std::stop_token stop, Clock& clock)
    : options_(std::move(options)), stop_(std::move(stop)), clock_(clock) {}

void PauseGate::Pass() {
  if (Steady::now() < ask_at_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  // Another thread may have asked meanwhile, or waited for all of us.
  if (Steady::now() < ask_at_.load(std::memory_order_relaxed)) return;
  if (!stop_.stop_requested() && options_.busy()) Wait();
  ask_at_ = Steady::now() + kAskEvery;
}

void PauseGate::Wait() {
  const Stopwatch watch;
  for (int quiet = 0; quiet < kQuietAnswers;) {
    if (options_.on_wait) options_.on_wait();
    if (!clock_.Sleep(kAskEvery, stop_)) break;
    quiet = options_.busy() ? 0 : quiet + 1;
  }
  seconds_paused_ = seconds_paused_ + watch.seconds();
}

double PauseGate::seconds_paused() const { return seconds_paused_; }

}  // namespace artspeak::base
