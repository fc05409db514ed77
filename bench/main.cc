// artspeak-bench: how fast, how near to the machine's limits, and beside whom.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "bench/commands.h"
#include "bench/rounds.h"

namespace artspeak::bench {
namespace {

using Json = nlohmann::ordered_json;

void AddRaceOptions(CLI::App* command, RaceOptions& options,
                    std::string& json) {
  command->add_option("--rounds", options.rounds, "of every program, in turn")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--threads", options.threads, "0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_flag("!--no-peers", options.peers,
                    "leave out other programs, installed or not");
  command
      ->add_option("--folder", options.folder,
                   "where models are kept that were made once, some GB")
      ->capture_default_str();
  command->add_option("--json", json, "write all figures to this file");
}

// A command whose figures go to --json.
template <typename Options>
CLI::App* AddRace(CLI::App& app, const char* name, const char* what,
                  Json (*run)(const Options&),
                  const std::function<void(CLI::App*, Options&)>& add) {
  auto* command = app.add_subcommand(name, what);
  auto options = std::make_shared<Options>();
  auto json = std::make_shared<std::string>();
  add(command, *options);
  AddRaceOptions(command, *options, *json);
  command->callback([=] {
    const Json report = run(*options);
    if (!json->empty()) {
      base::WriteFileAtomically(*json, report.dump(2) + "\n");
    }
  });
  return command;
}

void AddGenerate(CLI::App& app) {
  AddRace<GenerateOptions>(
      app, "generate", "texts from one prompt, and where their time goes",
      &RunGenerate, [](CLI::App* command, GenerateOptions& options) {
        command
            ->add_option("model", options.model,
                         "124M, 355M, 774M, layers x width x heads as 2x64x2 "
                         "(random weights), or a model directory")
            ->capture_default_str();
        command
            ->add_option("--weights", options.weights,
                         "of random models: float, bf16, int8 or int4; several "
                         "with commas between")
            ->delimiter(',')
            ->capture_default_str();
        command->add_option("--kv", options.kv,
                            "our keys and values: fp32, bf16 or int8 (nothing: "
                            "what suits the weights)");
        command->add_option("--texts", options.texts, "texts at once")
            ->check(CLI::Range(1, 1024))
            ->capture_default_str();
        command->add_option("--length", options.length, "tokens of a text")
            ->check(CLI::Range(2, 1000000))
            ->capture_default_str();
        command
            ->add_option("--batches", options.batches,
                         "numbers of texts at once to compare")
            ->delimiter(',')
            ->check(CLI::Range(1, 1024))
            ->capture_default_str();
        command->add_flag("!--no-batches", options.with_batches,
                          "compare none");
        command
            ->add_option("--batch-length", options.batch_length,
                         "tokens of a text there")
            ->check(CLI::Range(2, 1000000))
            ->capture_default_str();
        command->add_option("--chart", options.chart,
                            "draw the batches to this SVG file");
      });
}

// The shape of a model, and of the window that it trains on.
template <typename Options>
void AddWindow(CLI::App* command, Options& options) {
  command
      ->add_option("shape", options.shape,
                   "124M, 355M, 774M, or layers x width x heads")
      ->capture_default_str();
  command->add_option("--tokens", options.tokens, "of the window")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
}

void AddTrain(CLI::App& app) {
  AddRace<TrainOptions>(app, "train", "one AdamW step", &RunTrain,
                        &AddWindow<TrainOptions>);
}

void AddPass(CLI::App& app) {
  AddRace<PassOptions>(
      app, "pass",
      "a training step's forward and backward pass, with all it reads in "
      "memory and with little",
      &RunPass, &AddWindow<PassOptions>);
}

void AddRecipe(CLI::App& app) {
  AddRace<RecipeOptions>(
      app, "recipe", "a small model trained on one text, and its loss",
      &RunRecipe, [](CLI::App* command, RecipeOptions& options) {
        command->add_option("text", options.text, "a file")
            ->required()
            ->check(CLI::ExistingFile);
        command->add_option("--steps", options.steps)
            ->check(CLI::Range(1, 1000000))
            ->capture_default_str();
      });
}

void AddTokenize(CLI::App& app) {
  AddRace<TokenizeOptions>(
      app, "tokenize", "encoding texts, on one thread", &RunTokenize,
      [](CLI::App* command, TokenizeOptions& options) {
        command->add_option("texts", options.texts,
                            "a data set (nothing: this project's own prose)");
        command->add_option("--vocabulary", options.vocabulary,
                            "a folder with vocab.json and merges.txt (nothing: "
                            "GPT-2's, or one learnt from the texts)");
      });
}

void AddRounds(CLI::App* command, int* rounds) {
  command->add_option("--rounds", *rounds)
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
}

void AddSampler(CLI::App& app) {
  auto* command = app.add_subcommand("sampler", "each sampler, on one thread");
  auto rounds = std::make_shared<int>(50);
  AddRounds(command, rounds.get());
  command->callback([=] { RunSampler(*rounds); });
}

void AddProducts(CLI::App& app) {
  auto* command = app.add_subcommand(
      "products", "the products of one token, 355M with packed weights");
  auto rounds = std::make_shared<int>(15);
  auto format = std::make_shared<nn::PackedFormat>(nn::PackedFormat::kInt8);
  AddRounds(command, rounds.get());
  command->add_option("--weights", *format, "bf16, int8 or int4")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, nn::PackedFormat>{
              {"bf16", nn::PackedFormat::kBf16},
              {"int8", nn::PackedFormat::kInt8},
              {"int4", nn::PackedFormat::kInt4}}));
  command->callback([=] { RunProducts(*format, *rounds); });
}

// What the races start of us: not for people.
void AddRound(CLI::App& app) {
  auto* round = app.add_subcommand("round")->group("");
  round->require_subcommand(1);
  for (const auto& [name, run] : {std::pair{"generate", &GenerateRound},
                                  {"train", &TrainRound},
                                  {"pass", &PassRound},
                                  {"recipe", &RecipeRound},
                                  {"tokenize", &TokenizeRound}}) {
    auto* command = round->add_subcommand(name);
    auto job = std::make_shared<std::string>();
    command->add_option("job", *job)->required();
    command->callback([job, run = run] {
      std::printf("%s\n", run(Json::parse(*job)).dump().c_str());
    });
  }
}

}  // namespace
}  // namespace artspeak::bench

int main(int argc, char** argv) {
  using namespace artspeak;
  CLI::App app(
      "artspeak-bench: figures of this machine, its limits beside them, and "
      "other programs where they are installed",
      "artspeak-bench");
  app.require_subcommand(1);
  app.footer("Example:\n  artspeak-bench generate 355M --json figures.json");
  bench::AddGenerate(app);
  bench::AddTrain(app);
  bench::AddPass(app);
  bench::AddRecipe(app);
  bench::AddTokenize(app);
  bench::AddSampler(app);
  bench::AddProducts(app);
  bench::AddRound(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : 2;
  } catch (const base::UsageError& error) {
    std::fprintf(stderr, "artspeak-bench: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "artspeak-bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
