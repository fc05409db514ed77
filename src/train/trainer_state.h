// All that a run needs beside its model to go on as if it had never stopped,
// and the file that keeps it: docs/formats.md, "Trainer state".
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/optimizer.h"
#include "train/options.h"

namespace artspeak::train {

// A step whose gradient was applied but which was interrupted before its
// validation and log line.
struct PendingStep {
  double loss = 0;
  double learning_rate = 0;
  double tokens_per_second = 0;
};

struct TrainerState {
  int64_t step = 0;  // optimiser steps done since the run began
  // The schedule spans (leg_begin, leg_end]: one --steps. step == leg_end: the
  // run has finished.
  int64_t leg_begin = 0;
  int64_t leg_end = 0;
  int64_t tokens = 0;          // that a loss was computed for
  uint64_t passes = 0;         // forward passes done: numbers the dropout masks
  uint64_t data_position = 0;  // in the batches' random stream
  std::optional<double> best_validation_loss = {};
  std::optional<int64_t> best_step = {};  // whose checkpoint is kept
  int64_t validations_since_best = 0;
  std::optional<double> smoothed_loss = {};
  std::optional<PendingStep> pending = {};
  std::string base = {};               // what it began from: "new" or a folder
  std::string data_digest = {};        // of the training tokens
  std::string parameters_digest = {};  // of the model saved beside it
  TrainOptions options = {};           // without `steps`
  // With --lora (train/lora_step.h) the moments are of the adapters; without it
  // there are none.
  std::vector<float> adapters = {};
  Moments moments = {};
};

// Writes atomically and durably. Throws Error (a full disk, …).
void SaveState(const std::filesystem::path& path, const TrainerState& state);

// Throws Error when the file is missing, of another version, truncated, or
// changed in any byte.
TrainerState LoadState(const std::filesystem::path& path);

}  // namespace artspeak::train
