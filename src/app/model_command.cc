// artspeak model: look into a model, compute its logits, measure it on a text.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/kv_option.h"
#include "app/model_name.h"
#include "app/npy_file.h"
#include "app/pull_command.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "corpus/detokenizer.h"
#include "corpus/reader.h"
#include "corpus/token_set.h"
#include "gpt2/evaluation.h"
#include "gpt2/inference.h"
#include "gpt2/model.h"
#include "text/tokenizer.h"
#include "train/checksums.h"

namespace artspeak::app {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

constexpr const char* kModelHelp = "a model's folder, or the name of a run";

struct InfoOptions {
  std::string model;
  bool json = false;
};

struct LogitsOptions {
  std::string model;
  std::vector<int32_t> ids;
  std::string output;
  int threads = 0;
};

struct EvaluateOptions {
  std::string model;
  std::string dataset, column;
  std::optional<int> stride;
  std::optional<gpt2::KvFormat> kv;
  int threads = 0;
  bool json = false;
};

void PrintInfo(const InfoOptions& options) {
  const fs::path directory = ModelDirectory(options.model);
  const auto model = gpt2::Model::Load(directory);
  const gpt2::Config& config = model->config();
  const int64_t bytes = model->stored_bytes();
  const std::vector<std::string> damaged = train::DamagedFiles(directory);
  const bool has_checksums = train::HasChecksums(directory);
  if (options.json) {
    ordered_json answer = {{"directory", directory.string()},
                           {"parameters", config.parameter_count()},
                           {"layers", config.layers},
                           {"width", config.width},
                           {"heads", config.heads},
                           {"context", config.context},
                           {"vocab_size", config.vocab_size},
                           {"bytes", bytes},
                           {"literal_markers", config.literal_markers}};
    if (has_checksums) answer["damaged_files"] = damaged;
    // A folder's name may hold any bytes.
    fmt::print("{}\n", answer.dump(-1, ' ', false,
                                   ordered_json::error_handler_t::replace));
    return;
  }
  fmt::print(
      "model       {}\n"
      "parameters  {:.1f} million, {:.1f} MB on disk\n"
      "layers      {}\n"
      "width       {}\n"
      "heads       {}\n"
      "context     {} tokens\n"
      "vocabulary  {} tokens\n"
      "documents   {}\n",
      directory.string(), static_cast<double>(config.parameter_count()) / 1e6,
      static_cast<double>(bytes) / 1e6, config.layers, config.width,
      config.heads, config.context, config.vocab_size,
      config.literal_markers
          ? "between <|startoftext|> and <|endoftext|>, spelled out"
          : "end with the token <|endoftext|>");
  if (!has_checksums) return;
  fmt::print("checksums   {}\n",
             damaged.empty()
                 ? "every file is as it was saved"
                 : fmt::format("NOT as saved: {}", fmt::join(damaged, ", ")));
}

void ComputeLogits(const LogitsOptions& options) {
  const auto model = gpt2::Model::Load(ModelDirectory(options.model));
  base::ThreadPool pool(options.threads);
  gpt2::Inference inference(model, pool);
  const std::span<const float> logits = inference.AllLogits(options.ids);
  WriteNpy(options.output, logits, static_cast<int64_t>(options.ids.size()),
           model->config().vocab_size);
}

void EvaluateModel(const EvaluateOptions& options) {
  const fs::path directory = ModelDirectory(options.model);
  const auto model = gpt2::Model::Load(directory);
  const auto tokenizer = text::Tokenizer::Load(directory);
  model->config().CheckTokenizer(tokenizer.vocab_size(), directory);
  const auto documents = corpus::Detokenize(
      corpus::ReadDataset(options.dataset, {.column = options.column,
                                            .take_tokens = true,
                                            .notice =
                                                [](const std::string& line) {
                                                  std::fprintf(stderr,
                                                               "artspeak: %s\n",
                                                               line.c_str());
                                                }}),
      tokenizer);
  const corpus::TokenSet set = corpus::Tokenize(
      documents, tokenizer,
      {.literal_markers = model->config().literal_markers}, {});
  base::ThreadPool pool(options.threads);
  gpt2::Evaluation evaluation;
  {
    base::ProgressBar bar({.label = "evaluate", .unit = "tokens"});
    evaluation = gpt2::Evaluate(
        model, set.training, options.stride.value_or(model->config().context),
        pool, options.kv, bar.callback());
  }
  const double perplexity = std::exp(evaluation.loss);
  if (options.json) {
    const ordered_json answer = {{"loss", evaluation.loss},
                                 {"perplexity", perplexity},
                                 {"tokens", evaluation.tokens}};
    fmt::print("{}\n", answer.dump());
  } else {
    fmt::print("loss {:.4f} nats per token, perplexity {:.2f}, {} tokens\n",
               evaluation.loss, perplexity, evaluation.tokens);
  }
}

void AddInfo(CLI::App& model) {
  const auto options = std::make_shared<InfoOptions>();
  CLI::App* command = model.add_subcommand("info", "show a model's shape");
  command->footer("Example:\n  artspeak model info run1");
  command->add_option("model", options->model, kModelHelp)->required();
  command->add_flag("--json", options->json, "answer as one JSON object");
  command->callback([options] { PrintInfo(*options); });
}

void AddLogits(CLI::App& model) {
  const auto options = std::make_shared<LogitsOptions>();
  CLI::App* command = model.add_subcommand(
      "logits", "write the logits after each of some tokens, float32 (T, V)");
  command->footer(
      "Example:\n  artspeak model logits run1 --ids 15496,995 --output l.npy");
  command->add_option("model", options->model, kModelHelp)->required();
  command->add_option("--ids", options->ids, "token ids, with commas between")
      ->required()
      ->delimiter(',');
  command->add_option("--output", options->output, "the .npy file to write")
      ->required();
  command
      ->add_option("--threads", options->threads,
                   "threads to work with (default: one a processor)")
      ->check(CLI::Range(1, 1024));
  command->callback([options] { ComputeLogits(*options); });
}

void AddEvaluate(CLI::App& model) {
  const auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command = model.add_subcommand(
      "evaluate", "measure how well a model predicts a data set");
  command->footer(
      "Example:\n  artspeak model evaluate run1 held-out.txt --stride 256");
  command->add_option("model", options->model, kModelHelp)->required();
  command
      ->add_option("dataset", options->dataset,
                   "a .txt, .csv, .jsonl, .npz, archive, or folder of these")
      ->required();
  command->add_option("--column", options->column,
                      "the column or key that holds the text");
  command
      ->add_option("--stride", options->stride,
                   "tokens from window to window (default: the context)")
      ->check(CLI::Range(1, 1'048'576));
  AddKvOption(*command, options->kv);
  command
      ->add_option("--threads", options->threads,
                   "threads to work with (default: one a processor)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "answer as one JSON object");
  command->callback([options] { EvaluateModel(*options); });
}

}  // namespace

void AddModelCommand(CLI::App& app) {
  CLI::App* model = app.add_subcommand(
      "model", "bring models in and out, look into them, measure them");
  model->require_subcommand(1);
  model->footer("Example:\n  artspeak model info run1");
  AddInfo(*model);
  AddModelQuantize(*model);
  AddModelImport(*model);
  AddModelExport(*model);
  AddLogits(*model);
  AddEvaluate(*model);
  AddPullCommand(*model);
}

}  // namespace artspeak::app
