// How much memory a training takes, before it begins.
#pragma once

#include <cstdint>

#include "gpt2/config.h"
#include "train/options.h"

namespace artspeak::train {

// Bytes for everything, the model and the program among it, in windows of T
// tokens and options.memory; right to a tenth.
int64_t TrainingBytes(const gpt2::Config& config, int T,
                      const TrainOptions& options);

}  // namespace artspeak::train
