#include "train/disk_need.h"

namespace artspeak::train {

CheckpointBytes CheckpointNeed(const gpt2::Config& config,
                               const TrainOptions& options) {
  CheckpointBytes need;
  need.model = 4 * config.parameter_count();
  if (options.lora > 0) {
    // Adapters, and two moments of each.
    need.state = 12 * 16 * int64_t{config.width} * options.lora * config.layers;
  } else if (options.optimizer.kind != OptimizerKind::kSgd) {
    const bool low = options.memory == gpt2::Memory::kLow;
    need.state = (low ? 2 : 8) * config.parameter_count();
  }
  return need;
}

int64_t DiskNeed(const gpt2::Config& config, const TrainOptions& options,
                 bool goes_on) {
  const CheckpointBytes one = CheckpointNeed(config, options);
  const int checkpoints = goes_on ? 1 : 2;
  const int best = options.validate_every > 0 ? 1 : 0;
  return checkpoints * (one.model + one.state) + best * one.model;
}

}  // namespace artspeak::train
