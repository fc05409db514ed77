// A clock on which every sleep passes at once, and is noted.
#pragma once

#include <chrono>
#include <vector>

#include "base/clock.h"

namespace artspeak::testing {

// Not thread-safe.
class QuickClock : public base::Clock {
 public:
  base::UnixTime Now() const override { return now_; }
  bool Sleep(std::chrono::milliseconds duration,
             std::stop_token stop) override {
    if (stop.stop_requested()) return false;
    sleeps.push_back(base::Seconds(duration).count());
    now_ += duration;
    return true;
  }
  std::vector<double> sleeps;  // seconds

 private:
  base::UnixTime now_{std::chrono::hours(1)};
};

}  // namespace artspeak::testing
