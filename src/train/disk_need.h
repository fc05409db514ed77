// How much a training writes, before it begins.
#pragma once

#include <cstdint>

#include "gpt2/config.h"
#include "train/options.h"

namespace artspeak::train {

// Bytes of a checkpoint's weights, and of the state beside them; right to a
// tenth.
struct CheckpointBytes {
  int64_t model = 0;
  int64_t state = 0;
};
CheckpointBytes CheckpointNeed(const gpt2::Config& config,
                               const TrainOptions& options);

// Bytes that must be free where the run lies: a checkpoint is written whole
// before the last one goes, and the best one's model stays. A run that goes on
// has one checkpoint already.
int64_t DiskNeed(const gpt2::Config& config, const TrainOptions& options,
                 bool goes_on);

}  // namespace artspeak::train
