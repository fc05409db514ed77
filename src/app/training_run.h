// From a data set to a trained model in a run's folder, with a bar that shows
// it: what `finetune` and `demo` share.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "train/trainer.h"

namespace artspeak::app {

// The dimensions of a new model. What is not given has a default that trains
// on two processors.
struct NewModelShape {
  std::optional<int> layers;      // 6
  std::optional<int> width;       // 256
  std::optional<int> heads;       // 4
  std::optional<int> context;     // 512
  std::optional<int> vocab_size;  // 8192, or what the text yields
};

// What a person says about memory.
enum class MemoryRequest {
  kKept,  // a run that goes on: as it was; a new one: kAuto
  kAuto,  // roomy where that fits
  kLow,
};

struct TrainingRequest {
  std::filesystem::path dataset;
  std::filesystem::path runs = "runs";  // the folder that holds all runs
  std::string run_name = "run1";
  // What to begin with: "new", a model's folder, or a run's name. Empty: only
  // going on with the run is possible.
  std::string model;
  // "latest": go on with the run if it has a checkpoint. "fresh": begin again
  // with `model`. Else a model's folder or a run's name to begin with. Empty:
  // as latest, but only with the data set that the run was trained on.
  std::string restore_from = "latest";
  NewModelShape shape;  // only with "new"
  // Changes the options: the defaults, or in a run that goes on its own.
  std::function<void(train::TrainOptions&)> adjust = {};
  MemoryRequest memory = MemoryRequest::kKept;
  // In place of steps: as many as take about so long on this machine, by a
  // measurement of three; validation, samples and checkpoints come on top. A
  // run that has finished is then left as it is.
  std::optional<double> seconds = {};
  int threads = 0;  // 0: one for each processor
  // base::BusyFile: training pauses while anyone holds it. Empty: never.
  std::filesystem::path yield_to = {};
  // Of 127.0.0.1, where the report is shown while it trains.
  std::optional<int> port = {};
};

struct TrainingResult {
  train::Ending ending = train::Ending::kFinished;
  std::filesystem::path model;  // runs/NAME/model
  int64_t step = 0;
  // == step unless interrupted; 0: that was before the training began, and
  // nothing has changed.
  int64_t last_step = 0;
  std::optional<double> validation_loss;  // the best so far
  std::optional<int64_t> best_step;       // which runs/NAME/best is of
};

// Says on standard output what it does, draws the bar on standard error.
// Throws Error.
TrainingResult RunTraining(const TrainingRequest& request,
                           std::stop_token stop);

}  // namespace artspeak::app
