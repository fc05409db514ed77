// How fast to learn at which step.
#pragma once

#include <cstdint>

namespace artspeak::train {

enum class ScheduleKind { kConstant, kCosine };

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::kConstant;
  double learning_rate = 1e-4;  // the highest
  double minimum = 0;           // where the cosine ends
  int64_t warmup_steps = 0;     // rising in a straight line from zero
};

// The rate of step 1 <= step <= steps. The cosine (Loshchilov & Hutter,
// "SGDR", ICLR 2017, equation 5) falls from the end of the warm-up to the last
// step, which has the minimum.
double LearningRate(const ScheduleOptions& options, int64_t step,
                    int64_t steps);

}  // namespace artspeak::train
