// What the stages of a job have to read and to compute, and how near to the
// machine's limit they come.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/figures.h"
#include "bench/limits.h"
#include "gpt2/kv_format.h"
#include "gpt2/model.h"

namespace artspeak::bench {

// Of one step. A stage whose work is not counted has neither bytes nor
// operations.
struct Stage {
  std::string name;
  Figures seconds = {};
  double bytes = 0;       // read from memory at least once
  double operations = 0;  // multiplications and additions
  double peak = 0;        // operations a second that the machine can give

  // The larger of the shares of what memory and arithmetic can give (Williams,
  // Waterman and Patterson, "Roofline", 2009); 0 if no work is counted.
  double share(const Limits& limits) const;
  bool memory_bound(const Limits& limits) const;
};

// A table: milliseconds a step, share of the time, work, share of the limit;
// and all of them together beside reading their bytes once.
std::string ShowStages(const std::vector<Stage>& stages, const Limits& limits);
nlohmann::ordered_json StagesToJson(const std::vector<Stage>& stages,
                                    const Limits& limits);

// The work of one step in which `rows` sequences of `context` tokens on average
// write a token each: products, attention, sampling, rest; without times.
std::vector<Stage> GenerationStages(const gpt2::Model& model, double rows,
                                    double context, gpt2::KvFormat kv,
                                    const Limits& limits);

// The work of one optimiser step over a window of `tokens` in fp32: forward,
// backward, optimizer; without times.
std::vector<Stage> TrainingStages(const gpt2::Config& config, double tokens,
                                  const Limits& limits);

}  // namespace artspeak::bench
