// artspeak tokenizer: learn a vocabulary, and turn text to ids and back.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/model_name.h"
#include "base/error.h"
#include "base/progress.h"
#include "corpus/reader.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace artspeak::app {

using base::Error;
using nlohmann::json;

namespace {

struct Options {
  std::string dataset, column, output, model;
  int vocab_size = 0;
  bool special = false;
};

void Train(const Options& options) {
  std::vector<std::string> texts;
  for (corpus::Document& document :
       corpus::ReadDataset(options.dataset, {options.column})) {
    texts.push_back(std::move(document.text));
  }
  const text::Tokenizer tokenizer = [&] {
    base::ProgressBar bar({.label = "tokenizer", .unit = "merges"});
    return text::TrainTokenizer(texts, options.vocab_size, bar.callback());
  }();
  tokenizer.Save(options.output);
  std::cout << "wrote a vocabulary of " << tokenizer.vocab_size()
            << " tokens to " << options.output << "\n";
  if (tokenizer.vocab_size() < options.vocab_size) {
    std::cout << "it is smaller than " << options.vocab_size
              << ": the text has no more pairs that repeat\n";
  }
}

// Answers every line of standard input with a line of JSON.
void AnswerLines(const std::function<json(const json&)>& answer) {
  int64_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    try {
      // Text that is not whole (a cut character) is shown with U+FFFD.
      std::cout << answer(json::parse(line, nullptr, false))
                       .dump(-1, ' ', false, json::error_handler_t::replace)
                << '\n';
    } catch (const Error& error) {
      throw Error("line {} of standard input {}", number, error.what());
    }
  }
  std::cout.flush();
  if (!std::cout) throw Error("cannot write the answer to standard output");
}

void Encode(const Options& options) {
  const auto tokenizer =
      text::Tokenizer::Load(TokenizerDirectory(options.model));
  const auto specials =
      options.special ? text::Specials::kAsTokens : text::Specials::kAsText;
  AnswerLines([&](const json& line) -> json {
    if (!line.is_string()) {
      throw Error("is not a JSON string: write one, such as \"Hello\", a line");
    }
    return tokenizer.Encode(line.get_ref<const std::string&>(), specials);
  });
}

void Decode(const Options& options) {
  const auto tokenizer =
      text::Tokenizer::Load(TokenizerDirectory(options.model));
  AnswerLines([&](const json& line) -> json {
    std::vector<text::TokenId> tokens;
    const auto known = [&](const json& id) {
      return id.is_number_unsigned() &&
             id.get<uint64_t>() < static_cast<uint64_t>(tokenizer.vocab_size());
    };
    if (!line.is_array()) {
      throw Error(
          "is not a JSON array of ids: write one, such as [1, 2], a "
          "line");
    }
    for (const json& id : line) {
      if (!known(id)) {
        // Printing nested values recurses.
        throw Error("holds {}, which is no id: they are 0 to {}",
                    id.is_structured() ? id.type_name() : id.dump(),
                    tokenizer.vocab_size() - 1);
      }
      tokens.push_back(id.get<text::TokenId>());
    }
    return tokenizer.Decode(tokens);
  });
}

}  // namespace

void AddTokenizerCommand(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("tokenizer", "Text to token ids and back");
  command->require_subcommand(1);
  command->footer("Example: artspeak tokenizer encode run1");

  CLI::App* train =
      command->add_subcommand("train", "Learn a vocabulary from a data set");
  train
      ->add_option("DATASET", options->dataset,
                   ".txt, .csv, .jsonl, an archive, or a folder of them")
      ->required();
  train
      ->add_option("--vocab-size", options->vocab_size,
                   "tokens in all, the 256 bytes and <|endoftext|> included")
      ->required()
      ->check(CLI::Range(257, 1'000'000));
  train
      ->add_option("--output", options->output,
                   "the folder for vocab.json and merges.txt")
      ->required();
  train->add_option("--column", options->column,
                    "the column or key that holds the text");
  train->footer(
      "Example: artspeak tokenizer train reviews.csv "
      "--vocab-size 8192 --output vocabulary");
  train->callback([options] { Train(*options); });

  CLI::App* encode = command->add_subcommand(
      "encode", "Read one JSON string a line, write its ids as a JSON array");
  encode
      ->add_option("MODEL", options->model,
                   "a model's or tokenizer's folder, or a run's name")
      ->required();
  encode->add_flag("--special", options->special,
                   "read <|endoftext|> as the token that ends a document");
  encode->footer(
      "Example: echo '\"Hello world\"' | "
      "artspeak tokenizer encode runs/run1/model");
  encode->callback([options] { Encode(*options); });

  CLI::App* decode = command->add_subcommand(
      "decode", "Read one JSON array of ids a line, write its JSON string");
  decode
      ->add_option("MODEL", options->model,
                   "a model's or tokenizer's folder, or a run's name")
      ->required();
  decode->footer(
      "Example: echo '[15496, 995]' | "
      "artspeak tokenizer decode 124M");
  decode->callback([options] { Decode(*options); });
}

}  // namespace artspeak::app
