// artspeak corpus: from an archive or files to a clean data set, and its
// numbers.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/model_name.h"
#include "base/progress.h"
#include "corpus/cleaner.h"
#include "corpus/detokenizer.h"
#include "corpus/exporter.h"
#include "corpus/reader.h"
#include "corpus/statistics.h"
#include "text/tokenizer.h"

namespace artspeak::app {

namespace {

struct Options {
  std::string dataset, column, output, model;
  bool json = false;
};

// Not among the answer, which a program may read.
void Notice(const std::string& line) { fmt::print(stderr, "{}\n", line); }

void Export(const Options& options) {
  std::vector<corpus::Document> documents = corpus::ReadDataset(
      options.dataset, {.column = options.column, .notice = Notice});
  const size_t read = documents.size();
  documents = corpus::Clean(std::move(documents));
  const size_t clean = documents.size();
  documents = corpus::Deduplicate(std::move(documents));
  const size_t kept = documents.size();
  corpus::ExportDataset(documents, options.output);
  fmt::print(
      "read {} documents from {}, dropped {} blank and {} duplicate, wrote {} "
      "to {}\n",
      read, options.dataset, read - clean, clean - kept, kept, options.output);
}

nlohmann::ordered_json ToJson(const corpus::LengthStatistics& lengths) {
  return {{"total", lengths.total},
          {"shortest", lengths.shortest},
          {"median", lengths.median},
          {"mean", lengths.mean},
          {"longest", lengths.longest}};
}

void PrintLengths(const char* name, const corpus::LengthStatistics& lengths) {
  fmt::print("{:<11}{:>12}   a document: {} to {}, median {}, mean {:.1f}\n",
             name, lengths.total, lengths.shortest, lengths.longest,
             lengths.median, lengths.mean);
}

void Stats(const Options& options) {
  std::optional<text::Tokenizer> tokenizer;
  if (!options.model.empty()) {
    tokenizer = text::Tokenizer::Load(TokenizerDirectory(options.model));
  }
  std::vector<corpus::Document> documents = corpus::ReadDataset(
      options.dataset,
      {.column = options.column, .take_tokens = true, .notice = Notice});
  if (tokenizer) {
    documents = corpus::Detokenize(std::move(documents), *tokenizer);
  }
  const corpus::DatasetStatistics statistics = [&] {
    base::ProgressBar bar({.label = "stats", .unit = "documents"});
    return corpus::ComputeStatistics(
        documents, tokenizer ? &*tokenizer : nullptr, bar.callback());
  }();
  if (options.json) {
    nlohmann::ordered_json answer = {{"documents", statistics.documents},
                                     {"bytes", statistics.bytes},
                                     {"duplicates", statistics.duplicates},
                                     {"words", ToJson(statistics.words)}};
    if (statistics.tokens) answer["tokens"] = ToJson(*statistics.tokens);
    fmt::print("{}\n", answer.dump());
    return;
  }
  fmt::print("documents  {:>12}   {} of them duplicates\n",
             statistics.documents, statistics.duplicates);
  fmt::print("bytes      {:>12}\n", statistics.bytes);
  PrintLengths("words", statistics.words);
  if (statistics.tokens) PrintLengths("tokens", *statistics.tokens);
}

}  // namespace

void AddCorpusCommand(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("corpus", "Clean, export and count a data set");
  command->require_subcommand(1);
  command->footer(
      "Example: artspeak corpus export archive.db --output reviews.csv");

  const auto add_dataset = [&](CLI::App* to) {
    to->add_option("DATASET", options->dataset,
                   "an archive, .txt, .csv, .jsonl, or a folder of them; stats "
                   "counts the tokens of a .npz, too")
        ->required();
    to->add_option("--column", options->column,
                   "the column or key that holds the text");
  };

  CLI::App* export_command = command->add_subcommand(
      "export", "Clean the texts, drop copies, write one file");
  add_dataset(export_command);
  export_command
      ->add_option("--output", options->output,
                   "the file: .csv (text,title,date,url), .jsonl or .txt")
      ->required();
  export_command->footer(
      "Example: artspeak corpus export archive.db --output reviews.csv");
  export_command->callback([options] { Export(*options); });

  CLI::App* stats = command->add_subcommand(
      "stats", "Count documents, words, tokens and copies");
  add_dataset(stats);
  stats->add_option("--model", options->model,
                    "count the tokens of this model, run or tokenizer too");
  stats->add_flag("--json", options->json, "print one JSON object");
  stats->footer(
      "Example: artspeak corpus stats reviews.csv --model run1 --json");
  stats->callback([options] { Stats(*options); });

  AddCorpusOriginality(*command);
}

}  // namespace artspeak::app
