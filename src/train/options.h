// What a person decides about a training run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpt2/memory.h"
#include "gpt2/precision.h"
#include "train/optimizer.h"
#include "train/schedule.h"

namespace artspeak::train {

struct TrainOptions {
  // How many steps to do: what is left of them in a run that was interrupted,
  // that many more in one that has finished. Not given: 1000, or the number
  // that the interrupted run was given.
  std::optional<int64_t> steps;

  int batch_size = 1;            // windows in one forward pass
  int accumulate_gradients = 1;  // forward passes in one step, as a mean
  ScheduleOptions schedule;
  OptimizerOptions optimizer;
  double dropout = 0;
  gpt2::Precision precision = gpt2::Precision::kFp32;
  // kLow also keeps moments in 8 bits and gradients no longer than they must.
  gpt2::Memory memory = gpt2::Memory::kRoomy;
  bool only_train_transformer_layers = false;  // not the embeddings, not ln_f
  // Above 0: only changes of this rank to the blocks' matrices (train/lora.h).
  int lora = 0;
  // Of a data set, that holds the text; empty: as corpus::ReadOptions has it.
  std::string column;
  double validation_fraction = 0.05;
  uint64_t seed = 0;

  // How the samples begin, one for each; none: one, as documents begin.
  std::vector<std::string> sample_prompts;

  // Every so many steps; 0 turns that part off.
  int64_t print_every = 10;
  int64_t sample_every = 100;
  int64_t save_every = 500;  // the end and the best are saved in any case
  int64_t validate_every = 100;
  // Ends after so many validations in a row without a better one; 0: never.
  int64_t early_stop = 0;
};

// Throws Error, naming the option, when a value makes no sense.
void Validate(const TrainOptions& options);

// As a JSON object keyed by the names the options have on the command line;
// `steps` is left out. What an older program left out has its default. FromJson
// throws Error when the text is not that.
std::string ToJson(const TrainOptions& options);
TrainOptions FromJson(std::string_view json);

// One line for each option that decides what is learned and differs:
// "--learning-rate is now 1e-05, it was 0.0001".
std::vector<std::string> Changes(const TrainOptions& before,
                                 const TrainOptions& now);

}  // namespace artspeak::train
