// Training: one optimiser step over one window, beside the peers.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/commands.h"
#include "bench/contender.h"
#include "bench/limits.h"
#include "bench/peers.h"
#include "bench/random_model.h"
#include "bench/report.h"
#include "bench/stages.h"

namespace artspeak::bench {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Stage> StagesOf(const Result& result, const gpt2::Config& config,
                            const Limits& limits) {
  std::vector<Stage> stages =
      TrainingStages(config, static_cast<double>(result.tokens), limits);
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
  const Json job = {{"shape", options.shape},
                    {"layers", model.config().layers},
                    {"width", model.config().width},
                    {"heads", model.config().heads},
                    {"vocabulary", model.config().vocab_size},
                    {"tokens", options.tokens},
                    {"threads", limits.threads()}};
  std::vector<Entry> entries = {{OurRound("artspeak fp32", "train"), job}};
  for (const char* precision : {"fp32", "bf16"}) {
    for (const Contender& torch : peers.Torch("torch_train.py", precision)) {
      Json torch_job = job;
      torch_job["precision"] = precision;
      entries.push_back({torch, torch_job});
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
    const std::vector<Stage> stages =
        StagesOf(results[i], model.config(), limits);
    operations = 0;
    for (const Stage& stage : stages) operations += stage.operations;
    const double share =
        operations / results[i].seconds.median() / limits.fp32();
    report["results"][i]["stages"] = StagesToJson(stages, limits);
    report["results"][i]["share_of_fp32_peak"] = share;
    fmt::print("{}: {:.0f} % of the fp32 peak\n{}\n", results[i].contender.name,
               100 * share, ShowStages(stages, limits));
  }
  report["limits"] = limits.ToJson();
  fmt::print("{}", limits.Show());
  return report;
}

}  // namespace artspeak::bench
