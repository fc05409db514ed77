// log.jsonl: one JSON object a line for each printed step, for people and
// programs that follow a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "corpus/originality.h"

namespace artspeak::train {

struct LogLine {
  int64_t start = 1;  // of the program, counted in the log
  int64_t step = 0;
  int64_t tokens = 0;  // trained so far in this run
  double loss = 0;     // of that step, nats per token
  std::optional<double> validation_loss = {};
  std::optional<int64_t> best_step = {};  // the best validation's so far
  double learning_rate = 0;
  double tokens_per_second = 0;  // of that step alone
  double seconds = 0;            // since this start of the program
  int64_t peak_memory_bytes = 0;
  // Of the texts sampled at that step, and of held-out human ones to compare
  // with.
  std::optional<corpus::MeanOriginality> originality = {};
  std::optional<corpus::MeanOriginality> human_originality = {};
};

// Adds the line in one write. It is durable once a checkpoint is saved after
// it. Throws Error (a full disk, …).
void AppendToLog(const std::filesystem::path& path, const LogLine& line);

// Makes the lines so far durable. A missing file stays missing. Throws Error.
void SyncLog(const std::filesystem::path& path);

// Removes what follows `step`: lines of later steps and a last line torn by a
// crash. A missing file stays missing. Returns the last start that is left, 0
// where none is.
int64_t RollLogBack(const std::filesystem::path& path, int64_t step);

}  // namespace artspeak::train
