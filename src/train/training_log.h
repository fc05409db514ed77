// log.jsonl: one JSON object a line for each printed step, for people and
// programs that follow a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "corpus/originality.h"

namespace artspeak::train {

struct LogLine {
  int64_t step = 0;
  int64_t tokens = 0;  // trained so far in this run
  double loss = 0;     // of that step, nats per token
  std::optional<double> validation_loss = {};
  double learning_rate = 0;
  double tokens_per_second = 0;  // of that step alone
  double seconds = 0;            // since this start of the program
  int64_t peak_memory_bytes = 0;
  // Of the texts sampled at that step, and of held-out human ones to compare
  // with.
  std::optional<corpus::MeanOriginality> originality = {};
  std::optional<corpus::MeanOriginality> human_originality = {};
};

// Adds the line in one write. Throws Error (a full disk, …).
void AppendToLog(const std::filesystem::path& path, const LogLine& line);

// Removes what follows `step`: lines of later steps and a last line torn by a
// crash. A missing file stays missing.
void RollLogBack(const std::filesystem::path& path, int64_t step);

}  // namespace artspeak::train
