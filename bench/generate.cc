// Generation: one job beside the peers, where its time goes, and what more
// texts at once give.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "bench/chart.h"
#include "bench/commands.h"
#include "bench/contender.h"
#include "bench/limits.h"
#include "bench/peers.h"
#include "bench/random_model.h"
#include "bench/report.h"
#include "bench/stages.h"
#include "gpt2/kv_format.h"
#include "gpt2/model.h"

namespace artspeak::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPromptTokens = 16;
constexpr const char* kGgufWeights[] = {"q8_0", "q4_0"};
// Of the batches those that peers run too: they take long.
constexpr int kPeerBatches[] = {1, 5, 16};

struct Side {
  Contender contender;
  std::filesystem::path model;  // what it loads
};

std::vector<Side> OurSides(const GenerateOptions& options) {
  std::vector<Side> sides;
  if (!ParseShape(options.model)) {
    sides.push_back({OurRound("artspeak", "generate"), options.model});
    return sides;
  }
  const RandomModel model(options.model, options.folder);
  for (const std::string& weights : options.weights) {
    sides.push_back({OurRound("artspeak " + weights, "generate"),
                     model.Directory(weights)});
  }
  return sides;
}

// They run on random models alone: a directory's weights may be in a format
// that only we read.
std::vector<Side> PeerSides(const GenerateOptions& options, Peers& peers) {
  std::vector<Side> sides;
  if (!ParseShape(options.model)) return sides;
  const RandomModel model(options.model, options.folder);
  for (const char* weights : kGgufWeights) {
    for (const Contender& llama : peers.Llama(weights)) {
      sides.push_back({llama, model.Gguf(weights)});
    }
  }
  for (const Contender& torch : peers.Torch("torch_generate.py", "bf16")) {
    sides.push_back({torch, model.Directory("float")});
  }
  return sides;
}

class Job {
 public:
  Job(const GenerateOptions& options, const gpt2::Config& config, int threads) {
    const int longest = options.with_batches
                            ? std::max(options.length, options.batch_length)
                            : options.length;
    if (kPromptTokens + longest > config.context) {
      throw base::UsageError(
          "the texts do not fit the model's window of {} tokens: choose a "
          "shorter --length or --batch-length",
          config.context);
    }
    // Ids all over the vocabulary, all of them tokens for every peer.
    Json prompt = Json::array();
    for (int i = 0; i < kPromptTokens; ++i) {
      prompt.push_back((i + 1) * (config.vocab_size - 1) / (kPromptTokens + 1));
    }
    json_ = {{"prompt", prompt},
             {"temperature", 0.7},
             {"top_p", 0.9},
             {"kv", options.kv},
             {"threads", threads}};
  }

  Entry For(const Side& side, int texts, int tokens) const {
    Json json = json_;
    json["model"] = side.model.string();
    json["texts"] = texts;
    json["tokens"] = tokens;
    return {side.contender, json};
  }

 private:
  Json json_;
};

// The stages of our rounds, whose answers tell their times.
std::vector<Stage> StagesOf(const Result& result, const gpt2::Model& model,
                            int texts, const Limits& limits) {
  const Json& first = result.answers.front();
  std::vector<Stage> stages = GenerationStages(
      model, texts, first.at("context"),
      gpt2::ParseKvFormat(first.at("kv").get<std::string>()), limits);
  for (const Json& answer : result.answers) {
    for (Stage& stage : stages) {
      stage.seconds.Add(answer.at(stage.name).get<double>() /
                        answer.at("steps").get<double>());
    }
  }
  return stages;
}

// Throughput against the number of texts at once.
class BatchTable {
 public:
  explicit BatchTable(const GenerateOptions& options) : options_(options) {}

  void Add(int texts, const Result& result, const std::vector<Stage>& stages,
           const Limits& limits) {
    const std::string& name = result.contender.name;
    const double throughput = result.tokens_per_second();
    Json row = {{"name", name},
                {"texts", texts},
                {"tokens_per_second", throughput},
                {"seconds", result.seconds.ToJson()}};
    text_ += fmt::format("{:<26}{:>6}{:>10.0f}", name, texts, throughput);
    for (const Stage& stage : stages) {
      text_ += fmt::format("{:>10.2f}", 1e3 * stage.seconds.median());
    }
    if (!stages.empty()) {
      row["stages"] = StagesToJson(stages, limits);
      text_ += fmt::format(
          "{:>8.0f} % of {}", 100 * stages.front().share(limits),
          stages.front().memory_bound(limits) ? "memory" : "arithmetic");
    }
    text_ += "\n";
    json_.push_back(row);
    auto line = std::find_if(lines_.begin(), lines_.end(),
                             [&](const Line& l) { return l.label == name; });
    if (line == lines_.end()) line = lines_.insert(line, {name, {}});
    line->points.emplace_back(texts, throughput);
  }

  std::string Show() const {
    return fmt::format(
        "{0:<42}ms a step in\n{1:<26}{2:>6}{3:>10}{4:>10}{5:>10}{6:>10}{7:>10}"
        "  share of the products' limit\n{8}",
        "", fmt::format("texts of {} tokens", options_.batch_length), "texts",
        "tokens/s", "products", "attention", "sampling", "rest", text_);
  }
  const Json& json() const { return json_; }
  Chart chart() const {
    return {.title = fmt::format("Throughput of GPT-2 {}", options_.model),
            .x_label = "texts at once",
            .y_label = "tokens a second, all texts together",
            .lines = lines_};
  }

 private:
  const GenerateOptions& options_;
  std::string text_;
  Json json_ = Json::array();
  std::vector<Line> lines_;
};

BatchTable RunBatches(const GenerateOptions& options, const Job& job,
                      const std::vector<Side>& ours,
                      const std::vector<Side>& peers, Limits& limits) {
  BatchTable table(options);
  for (const int texts : options.batches) {
    std::vector<Entry> entries;
    for (const Side& side : ours) {
      entries.push_back(job.For(side, texts, options.batch_length));
    }
    const bool with_peers =
        std::ranges::find(kPeerBatches, texts) != std::end(kPeerBatches);
    for (const Side& side : with_peers ? peers : std::vector<Side>{}) {
      entries.push_back(job.For(side, texts, options.batch_length));
    }
    for (const Result& result :
         Race(entries, options.rounds, [&] { limits.Measure(); })) {
      std::vector<Stage> stages;
      for (const Side& side : ours) {
        if (side.contender.name != result.contender.name) continue;
        stages =
            StagesOf(result, *gpt2::Model::Load(side.model), texts, limits);
      }
      table.Add(texts, result, stages, limits);
    }
  }
  return table;
}

}  // namespace

Json RunGenerate(const GenerateOptions& options) {
  Limits limits(options.threads);
  const std::vector<Side> ours = OurSides(options);
  Peers installed(options.peers);
  const std::vector<Side> peers = PeerSides(options, installed);
  const Job job(options, gpt2::Model::Load(ours.front().model)->config(),
                limits.threads());
  std::vector<Entry> entries;
  for (const std::vector<Side>* sides : {&ours, &peers}) {
    for (const Side& side : *sides) {
      entries.push_back(job.For(side, options.texts, options.length));
    }
  }
  const std::vector<Result> results =
      Race(entries, options.rounds, [&] { limits.Measure(); });
  Json report = {
      {"command", "generate"},    {"machine", Machine()},
      {"model", options.model},   {"texts", options.texts},
      {"length", options.length}, {"results", ResultsToJson(results)}};
  fmt::print(
      "{}\n\nGPT-2 {}: {} texts of {} tokens from a prompt of {}, "
      "temperature 0.7, top-p 0.9\n{}{}\n",
      Machine(), options.model, options.texts, options.length, kPromptTokens,
      ShowResults(results), installed.Missing());
  for (size_t i = 0; i < ours.size(); ++i) {
    const std::vector<Stage> stages = StagesOf(
        results[i], *gpt2::Model::Load(ours[i].model), options.texts, limits);
    report["results"][i]["stages"] = StagesToJson(stages, limits);
    fmt::print("{}\n{}\n", ours[i].contender.name, ShowStages(stages, limits));
  }
  if (options.with_batches) {
    const BatchTable table = RunBatches(options, job, ours, peers, limits);
    report["batches"] = table.json();
    fmt::print("{}\n", table.Show());
    if (!options.chart.empty()) {
      base::WriteFileAtomically(options.chart, DrawChart(table.chart()));
    }
  }
  report["limits"] = limits.ToJson();
  fmt::print("{}", limits.Show());
  return report;
}

}  // namespace artspeak::bench
