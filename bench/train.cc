// Training: one optimiser step over one window, beside the peers.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "bench/commands.h"
#include "bench/contender.h"
#include "bench/limits.h"
#include "bench/peers.h"
#include "bench/random_model.h"
#include "bench/report.h"
#include "bench/stages.h"
#include "gpt2/precision.h"

namespace artspeak::bench {
namespace {

using Json = nlohmann::ordered_json;

// What the products multiply, from the entry's name.
bool IsBf16(const Result& result) {
  return result.contender.name.ends_with("bf16");
}

std::vector<Stage> StagesOf(const Result& result, const gpt2::Config& config,
                            double peak) {
  std::vector<Stage> stages =
      TrainingStages(config, static_cast<double>(result.tokens), peak);
  for (const Json& answer : result.answers) {
    for (Stage& stage : stages) {
      stage.seconds.Add(answer.at(stage.name).get<double>());
    }
  }
  return stages;
}

}  // namespace

Json RunTrain(const TrainOptions& options) {
  const RandomModel model(options.shape, options.folder);
  Limits limits(options.threads);
  Peers peers(options.peers);
  Json job = {{"shape", options.shape},
              {"layers", model.config().layers},
              {"width", model.config().width},
              {"heads", model.config().heads},
              {"vocabulary", model.config().vocab_size},
              {"tokens", options.tokens},
              {"threads", limits.threads()}};
  std::vector<Entry> entries;
  for (const char* precision : {"fp32", "bf16"}) {
    job["precision"] = precision;
    if (precision != std::string_view("bf16") ||
        gpt2::FastestPrecision() == gpt2::Precision::kBf16) {
      entries.push_back(
          {OurRound(fmt::format("artspeak {}", precision), "train"), job});
    }
    for (const Contender& torch : peers.Torch("torch_train.py", precision)) {
      entries.push_back({torch, job});
    }
  }
  const std::vector<Result> results =
      Race(entries, options.rounds, [&] { limits.Measure(); });
  fmt::print("{}\n\nGPT-2 {}: one AdamW step over {} tokens\n{}{}\n", Machine(),
             options.shape, options.tokens, ShowResults(results),
             peers.Missing());
  Json report = {{"command", "train"},
                 {"machine", Machine()},
                 {"shape", options.shape},
                 {"tokens", options.tokens},
                 {"results", ResultsToJson(results)}};
  double operations = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    const bool bf16 = IsBf16(results[i]);
    const double peak = bf16 ? limits.bf16() : limits.fp32();
    const std::vector<Stage> stages =
        StagesOf(results[i], model.config(), peak);
    operations = 0;
    for (const Stage& stage : stages) operations += stage.operations;
    const double share = operations / results[i].seconds.median() / peak;
    report["results"][i]["stages"] = StagesToJson(stages, limits);
    report["results"][i]["share_of_peak"] = share;
    fmt::print("{}: {:.0f} % of the {} peak\n{}\n", results[i].contender.name,
               100 * share, bf16 ? "bf16" : "fp32", ShowStages(stages, limits));
  }
  report["limits"] = limits.ToJson();
  fmt::print("{}", limits.Show());
  return report;
}

}  // namespace artspeak::bench
