// settings.json in a run's folder: what the present training was asked for and
// on which machine, for its report (train/run_record.h) and for people.
#pragma once

#include <filesystem>
#include <string>

#include "corpus/token_set.h"
#include "gpt2/config.h"
#include "train/options.h"
#include "train/trainer_state.h"

namespace artspeak::app {

struct RunSettings {
  std::string dataset;
  const corpus::TokenSet& data;
  const gpt2::Config& config;
  const train::TrainerState& state;  // of a trainer, before it runs
  const train::TrainOptions& options;
  int threads;
};

// As a JSON object: data, model, machine, training. docs/formats.md.
std::string ToJson(const RunSettings& settings);

}  // namespace artspeak::app
