// artspeak model import: a model from elsewhere becomes a model directory.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "app/commands.h"
#include "app/say.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/progress.h"
#include "exchange/hugging_face_import.h"
#include "exchange/tensorflow_checkpoint.h"
#include "exchange/tensorflow_import.h"
#include "gpt2/config.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

struct Options {
  fs::path source, output;
};

bool IsThere(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

[[noreturn]] void RefuseSource(const fs::path& source) {
  if (!IsThere(source)) {
    throw base::Error("there is no {}: name the folder of a model",
                      source.string());
  }
  throw base::Error(
      "{} is no model that this program knows: name a gpt-2-simple run "
      "(checkpoint/run1), a model of OpenAI's (models/124M), or a folder with "
      "config.json and model.safetensors",
      source.string());
}

void RefusePickled(const fs::path& source) {
  if (!IsThere(source / "pytorch_model.bin") ||
      IsThere(source / "model.safetensors") ||
      IsThere(source / "model.safetensors.index.json")) {
    return;
  }
  throw base::Error(
      "{} holds its weights as pytorch_model.bin, a format that can run "
      "programs: save them as safetensors first",
      source.string());
}

void Run(const Options& options) {
  RefusePickled(options.source);
  if (IsThere(options.output / "config.json")) {
    throw base::UsageError(
        "there is a model in {} already: choose another folder for --output",
        options.output.string());
  }
  const base::Stopwatch watch;
  {
    base::ProgressBar bar({.label = "import", .unit = "bytes"});
    if (IsThere(options.source / "config.json")) {
      exchange::ImportHuggingFace(options.source, options.output,
                                  bar.callback());
    } else if (exchange::IsTensorflowCheckpoint(options.source)) {
      exchange::ImportTensorflow(options.source, options.output,
                                 bar.callback());
    } else {
      RefuseSource(options.source);
    }
  }
  const gpt2::Config config = gpt2::Config::Load(options.output);
  Say("Imported {:.1f} million parameters ({} layers, {} wide) to {} in {:.1f} "
      "s.",
      static_cast<double>(config.parameter_count()) / 1e6, config.layers,
      config.width, options.output.string(), watch.seconds());
  if (config.literal_markers) {
    Say("Its documents lie between <|startoftext|> and <|endoftext|> spelled "
        "out, as gpt-2-simple trains: training and texts keep to that.");
  }
  Say("Next: artspeak generate {} --prompt \"…\"", options.output.string());
}

}  // namespace

void AddModelImport(CLI::App& model) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = model.add_subcommand(
      "import", "make a model directory of a model from elsewhere");
  command
      ->add_option("source", options->source,
                   "a gpt-2-simple run, a model folder of OpenAI's, or a "
                   "Hugging Face directory")
      ->required();
  command->add_option("--output", options->output, "the folder to make")
      ->required();
  command->footer(
      "Example:\n  artspeak model import checkpoint/run1 --output models/run1");
  command->callback([options] { Run(*options); });
}

}  // namespace artspeak::app
