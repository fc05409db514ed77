// The forward and backward pass of a training step: what keeping less in memory
// costs and saves.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "bench/commands.h"
#include "bench/contender.h"
#include "bench/random_model.h"
#include "bench/report.h"
#include "bench/rounds.h"
#include "gpt2/precision.h"

namespace artspeak::bench {

using Json = nlohmann::ordered_json;

Json RunPass(const PassOptions& options) {
  if (!ParseShape(options.shape)) {
    throw base::Error(
        "\"{}\" is no shape: give 124M, 355M, 774M, or layers x width x heads "
        "as in 2x64x2",
        options.shape);
  }
  const bool bf16 = gpt2::FastestPrecision() == gpt2::Precision::kBf16;
  Json job = {{"shape", options.shape},
              {"tokens", options.tokens},
              {"threads", options.threads},
              {"precision", bf16 ? "bf16" : "fp32"}};
  std::vector<Entry> entries;
  for (const char* memory : {"roomy", "low"}) {
    job["memory"] = memory;
    entries.push_back(
        {OurRound(fmt::format("artspeak {}", memory), "pass"), job});
  }
  const std::vector<Result> results = Race(entries, options.rounds, [] {});
  fmt::print("{}\n\nGPT-2 {}: forward and backward over {} tokens, {}\n{}\n",
             Machine(), options.shape, options.tokens,
             job.at("precision").get<std::string>(), ShowResults(results));
  return {{"command", "pass"},
          {"machine", Machine()},
          {"shape", options.shape},
          {"tokens", options.tokens},
          {"precision", job.at("precision")},
          {"results", ResultsToJson(results)}};
}

}  // namespace artspeak::bench
