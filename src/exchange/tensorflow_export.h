// From a model directory to a run folder of gpt-2-simple.
#pragma once

#include <filesystem>

#include "base/progress.h"

namespace artspeak::exchange {

// Writes the model in the folder `model` to the folder `output`, which is made:
// as checkpoint/RUN it is a run that gpt-2-simple loads and trains on. Weights
// stored in 16 bits become fp32, one tensor in memory at a time; the file
// "checkpoint", without which there is no run, comes last. Progress counts
// bytes. Throws Error when the model is damaged or cannot be expressed, when
// `output` holds a checkpoint already, or when the disk is full.
void ExportTensorflow(const std::filesystem::path& model,
                      const std::filesystem::path& output,
                      const base::ProgressCallback& progress = {});

}  // namespace artspeak::exchange
