// Where the time of Inference's steps goes.
#pragma once

#include <chrono>

namespace artspeak::gpt2 {

// Seconds, summed over all steps so far.
struct StepTimes {
  double products = 0;   // with weight matrices, the head's included
  double attention = 0;  // over the cache, and what is put there
  double rest = 0;       // embeddings, layer norms, GELU, sums
};

// Gives the time since its last lap, or since it was made, to one of the parts.
// `times` must outlive it.
class StageWatch {
 public:
  explicit StageWatch(StepTimes& times) : times_(times) {}

  void Lap(double StepTimes::*part) {
    const Clock::time_point now = Clock::now();
    times_.*part += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  StepTimes& times_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace artspeak::gpt2
