#include "train/schedule.h"

#include <cmath>
#include <numbers>

namespace artspeak::train {

double LearningRate(const ScheduleOptions& options, int64_t step,
                    int64_t steps) {
  const double top = options.learning_rate;
  if (step <= options.warmup_steps) {
    return top * static_cast<double>(step) /
           static_cast<double>(options.warmup_steps);
  }
  if (options.kind == ScheduleKind::kConstant ||
      steps <= options.warmup_steps) {
    return top;
  }
  const double part = static_cast<double>(step - options.warmup_steps) /
                      static_cast<double>(steps - options.warmup_steps);
  return options.minimum + (top - options.minimum) * 0.5 *
                               (1 + std::cos(std::numbers::pi * part));
}

}  // namespace artspeak::train
