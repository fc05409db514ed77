// artspeak model export: a model for llama.cpp, or for gpt-2-simple.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "app/commands.h"
#include "app/model_name.h"
#include "app/say.h"
#include "base/error.h"
#include "base/progress.h"
#include "exchange/gguf_export.h"
#include "exchange/tensorflow_export.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

const std::map<std::string, exchange::GgufWeights> kWeights = {
    {"f16", exchange::GgufWeights::kF16},
    {"q8_0", exchange::GgufWeights::kQ8_0},
    {"q4_0", exchange::GgufWeights::kQ4_0}};

struct Options {
  std::string model;
  std::string format;
  fs::path output;
  std::optional<std::string> weights;
};

void Run(const Options& options) {
  const fs::path model = ModelDirectory(options.model);
  if (options.format == "gguf") {
    const exchange::GgufSummary summary = [&] {
      base::ProgressBar bar({.label = "export", .unit = "bytes"});
      return exchange::ExportGguf(model,
                                  kWeights.at(options.weights.value_or("f16")),
                                  options.output, bar.callback());
    }();
    if (!summary.kept_f16.empty()) {
      Say("{} of its matrices stayed f16: their rows are no multiple of 32 "
          "numbers",
          summary.kept_f16.size());
    }
    return;
  }
  if (options.weights) {
    throw base::UsageError(
        "--weights is for --format gguf: a TensorFlow checkpoint holds 32-bit "
        "numbers");
  }
  base::ProgressBar bar({.label = "export", .unit = "bytes"});
  exchange::ExportTensorflow(model, options.output, bar.callback());
}

// gpt-2-simple copies its base model's description over the run's.
void SayHowToGoOn(const Options& options) {
  if (options.format == "tensorflow") {
    Say("To train on with gpt-2-simple, copy it to checkpoint/RUN, and its "
        "hparams.json, encoder.json and vocab.bpe to models/NAME unless the "
        "model is GPT-2's own size and vocabulary.");
  }
}

}  // namespace

void AddModelExport(CLI::App& model) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      model.add_subcommand("export", "write a model for other programs");
  command
      ->add_option("model", options->model,
                   "a model's folder, or the name of a run")
      ->required();
  command
      ->add_option("--format", options->format,
                   "gguf: one file for llama.cpp; tensorflow: a run folder for "
                   "gpt-2-simple")
      ->required()
      ->check(CLI::IsMember({"gguf", "tensorflow"}));
  command
      ->add_option("--output", options->output, "the file or folder to write")
      ->required();
  command
      ->add_option(
          "--weights", options->weights,
          "of a gguf: f16 (the default), q8_0, half as large, or q4_0, "
          "a quarter")
      ->check(CLI::IsMember({"f16", "q8_0", "q4_0"}));
  command->footer(
      "Example:\n"
      "  artspeak model export run1 --format gguf --output run1.gguf\n"
      "  artspeak model export run1 --format tensorflow --output "
      "checkpoint/run1");
  command->callback([options] {
    Run(*options);
    Say("Wrote {}", options->output.string());
    SayHowToGoOn(*options);
  });
}

}  // namespace artspeak::app
