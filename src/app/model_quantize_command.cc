// artspeak model quantize: smaller weights, to write with.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "app/commands.h"
#include "app/model_name.h"
#include "app/say.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "gpt2/checkpoint.h"
#include "gpt2/model.h"
#include "gpt2/weight_packer.h"
#include "text/tokenizer.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string model;
  std::string weights;
  fs::path output;
  int threads = 0;
};

void Run(const Options& options) {
  const fs::path model = ModelDirectory(options.model);
  std::error_code unreadable;
  if (fs::exists(options.output / "config.json", unreadable)) {
    throw base::UsageError(
        "there is a model in {} already: choose another folder for --output",
        options.output.string());
  }
  const text::Tokenizer tokenizer = text::Tokenizer::Load(model);
  gpt2::Checkpoint(model).config().CheckTokenizer(tokenizer.vocab_size(),
                                                  model);
  tokenizer.Save(options.output);
  {
    base::ProgressBar bar({.label = "quantize", .unit = "parameters"});
    base::ThreadPool pool(options.threads);
    gpt2::Quantize(model, options.output,
                   gpt2::WeightFormatOf(options.weights).value(), pool,
                   bar.callback());
  }
  Say("Wrote {}: {:.1f} MB of weights. Next: artspeak generate {} --prompt "
      "\"…\"",
      options.output.string(),
      static_cast<double>(gpt2::Model::Load(options.output)->stored_bytes()) /
          1e6,
      options.output.string());
}

}  // namespace

void AddModelQuantize(CLI::App& model) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = model.add_subcommand(
      "quantize", "make a smaller, faster copy of a model, to write with");
  command
      ->add_option("model", options->model,
                   "a model's folder, or the name of a run")
      ->required();
  command
      ->add_option(
          "--weights", options->weights,
          "bf16, int8 or int4: a half, a quarter or about an eighth of "
          "the size")
      ->required()
      ->check(CLI::IsMember({"bf16", "int8", "int4"}));
  command->add_option("--output", options->output, "the folder to make")
      ->required();
  command
      ->add_option("--threads", options->threads, "0: one for each processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->footer(
      "Example:\n"
      "  artspeak model quantize run1 --weights int8 --output "
      "models/run1-int8\n"
      "  artspeak model evaluate models/run1-int8 held-out.txt");
  command->callback([options] { Run(*options); });
}

}  // namespace artspeak::app
