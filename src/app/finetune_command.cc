// artspeak finetune: a data set becomes a model that writes like it.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/interrupt.h"
#include "app/training_run.h"
#include "base/error.h"
#include "base/thread_priority.h"
#include "gpt2/precision.h"

namespace artspeak::app {
namespace {

using train::OptimizerKind;
using train::ScheduleKind;
using train::TrainOptions;

// What the person said, in order: only that is changed in a run that goes on.
struct Arguments {
  TrainingRequest request;
  std::vector<std::function<void(TrainOptions&)>> changes;
};

// Adds --name, which sets one field of the options; `place` finds it.
template <typename Place>
CLI::Option* AddField(CLI::App& command, Arguments& arguments,
                      const std::string& name, Place place,
                      const std::string& help) {
  using Value =
      std::remove_reference_t<decltype(place(std::declval<TrainOptions&>()))>;
  TrainOptions defaults;
  CLI::Option* option = command.add_option_function<Value>(
      name,
      [&arguments, place](const Value& value) {
        arguments.changes.push_back(
            [place, value](TrainOptions& options) { place(options) = value; });
      },
      help);
  return option->default_str(fmt::format("{}", place(defaults)));
}

template <typename Kind, typename Place>
void AddChoice(CLI::App& command, Arguments& arguments, const std::string& name,
               Place place, const std::map<std::string, Kind>& kinds,
               const std::string& standard, const std::string& help) {
  std::vector<std::string> names;
  for (const auto& [kind_name, kind] : kinds) names.push_back(kind_name);
  command
      .add_option_function<std::string>(
          name,
          [&arguments, place, kinds](const std::string& value) {
            arguments.changes.push_back(
                [place, kind = kinds.at(value)](TrainOptions& options) {
                  place(options) = kind;
                });
          },
          help)
      ->check(CLI::IsMember(names))
      ->default_str(standard);
}

void AddTrainOptions(CLI::App& command, Arguments& arguments) {
  const auto add = [&](const char* name, auto place, const char* help) {
    return AddField(command, arguments, name, place, help);
  };
  command.add_option_function<int64_t>(
      "--steps",
      [&arguments](int64_t steps) {
        arguments.changes.push_back(
            [steps](TrainOptions& options) { options.steps = steps; });
      },
      "steps to do; an interrupted run finishes its steps, a finished one "
      "adds them [1000]");
  add(
      "--batch-size", [](auto& o) -> auto& { return o.batch_size; },
      "windows of text in one pass");
  add(
      "--accumulate-gradients",
      [](auto& o) -> auto& { return o.accumulate_gradients; },
      "passes in one step, as a mean");
  add(
      "--learning-rate",
      [](auto& o) -> auto& { return o.schedule.learning_rate; },
      "how far a step goes");
  AddChoice<ScheduleKind>(
      command, arguments, "--schedule",
      [](auto& o) -> auto& { return o.schedule.kind; },
      {{"constant", ScheduleKind::kConstant},
       {"cosine", ScheduleKind::kCosine}},
      "constant", "how the learning rate goes on");
  add(
      "--warmup-steps",
      [](auto& o) -> auto& { return o.schedule.warmup_steps; },
      "steps in which the learning rate rises from zero");
  add(
      "--min-learning-rate",
      [](auto& o) -> auto& { return o.schedule.minimum; },
      "where the cosine schedule ends");
  AddChoice<OptimizerKind>(
      command, arguments, "--optimizer",
      [](auto& o) -> auto& { return o.optimizer.kind; },
      {{"adamw", OptimizerKind::kAdamW},
       {"adam", OptimizerKind::kAdam},
       {"sgd", OptimizerKind::kSgd}},
      "adamw", "the method; sgd is without momentum");
  add(
      "--beta1", [](auto& o) -> auto& { return o.optimizer.beta1; },
      "of adamw and adam");
  add(
      "--beta2", [](auto& o) -> auto& { return o.optimizer.beta2; },
      "of adamw and adam");
  add(
      "--weight-decay",
      [](auto& o) -> auto& { return o.optimizer.weight_decay; },
      "of matrices and embeddings");
  add(
      "--clip-norm", [](auto& o) -> auto& { return o.optimizer.clip_norm; },
      "the gradient's greatest length; 0: any");
  add(
      "--dropout", [](auto& o) -> auto& { return o.dropout; },
      "share of numbers dropped while training");
  AddChoice<gpt2::Precision>(
      command, arguments, "--precision",
      [](auto& o) -> auto& { return o.precision; },
      {{"auto", gpt2::FastestPrecision()},
       {"fp32", gpt2::Precision::kFp32},
       {"bf16", gpt2::Precision::kBf16}},
      "auto", "what products multiply; auto: bf16 if the processor can");
  add(
      "--column", [](auto& o) -> auto& { return o.column; },
      "of a .csv (else its first) or key of a .jsonl (else text) that holds "
      "the text");
  command.add_flag_function(
      "--only-train-transformer-layers",
      [&arguments](int64_t) {
        arguments.changes.push_back([](TrainOptions& options) {
          options.only_train_transformer_layers = true;
        });
      },
      "leave the embeddings and the last norm as they are");
  add(
      "--lora", [](auto& o) -> auto& { return o.lora; },
      "train changes of this rank alone, 8 say, in less memory and time; 0: "
      "all weights");
  add(
      "--seed", [](auto& o) -> auto& { return o.seed; },
      "of all that is random");
  add(
      "--print-every", [](auto& o) -> auto& { return o.print_every; },
      "steps between two lines of log.jsonl; 0: none");
  add(
      "--sample-every", [](auto& o) -> auto& { return o.sample_every; },
      "steps between two samples; 0: none");
  command
      .add_option_function<std::vector<std::string>>(
          "--sample-prompt",
          [&arguments](const std::vector<std::string>& prompts) {
            arguments.changes.push_back([prompts](TrainOptions& options) {
              options.sample_prompts = prompts;
            });
          },
          "how a sample begins; may be repeated; \"\": as documents begin")
      ->allow_extra_args(false);
  add(
      "--save-every", [](auto& o) -> auto& { return o.save_every; },
      "steps between two checkpoints; the best and the end are saved too; 0: "
      "only they");
  add(
      "--validation-fraction",
      [](auto& o) -> auto& { return o.validation_fraction; },
      "share of the text that is held out");
  add(
      "--validate-every", [](auto& o) -> auto& { return o.validate_every; },
      "steps between two validations; 0: none");
  add(
      "--early-stop", [](auto& o) -> auto& { return o.early_stop; },
      "end after so many validations without a better one; 0: never");
}

void AddShape(CLI::App& command, NewModelShape& shape) {
  const std::string group = "With --model new";
  command.add_option("--layers", shape.layers, "[6]")->group(group);
  command.add_option("--width", shape.width, "numbers per token [256]")
      ->group(group);
  command.add_option("--heads", shape.heads, "they divide the width [4]")
      ->group(group);
  command.add_option("--context", shape.context, "tokens seen at once [512]")
      ->group(group);
  command
      .add_option("--vocab-size", shape.vocab_size,
                  "tokens of the new tokenizer [8192]")
      ->group(group);
}

void Run(Arguments& arguments) {
  // A night's training does not end because a connection does.
  OutliveTerminal();
  const InterruptGuard interrupt(  // before any other thread
      "stopping as soon as all is saved; Ctrl-C once more ends at once and "
      "loses the steps since the last checkpoint");
  TrainingRequest& request = arguments.request;
  if (!request.yield_to.empty()) base::RunWhenIdle();
  request.adjust = [&](TrainOptions& options) {
    for (const auto& change : arguments.changes) change(options);
  };
  const TrainingResult result = RunTraining(request, interrupt.token());
  if (result.ending == train::Ending::kInterrupted && result.last_step == 0) {
    throw base::Error(
        "stopped before the training began, nothing is lost: the same command "
        "begins again");
  }
  if (result.ending == train::Ending::kInterrupted) {
    throw base::Error(
        "stopped at step {} of {}, all of it saved in {}: the "
        "same command goes on from there",
        result.step, result.last_step,
        (request.runs / request.run_name).string());
  }
  if (result.ending == train::Ending::kStoppedEarly) {
    fmt::print("Stopped early: the validation loss gets no better.\n");
  }
  if (result.validation_loss) {
    fmt::print("Best validation loss: {:.4f}", *result.validation_loss);
    if (result.best_step && *result.best_step != result.step) {
      fmt::print(" at step {}, kept: artspeak generate {}/best",
                 *result.best_step, request.run_name);
    }
    fmt::print("\n");
  }
  fmt::print("Saved {} at step {}. Next: artspeak generate {} --prompt \"…\"\n",
             result.model.string(), result.step, request.run_name);
}

}  // namespace

void AddFinetuneCommand(CLI::App& app) {
  auto* command = app.add_subcommand(
      "finetune", "train a model on a data set; goes on where it stopped");
  auto arguments = std::make_shared<Arguments>();
  TrainingRequest& request = arguments->request;
  command
      ->add_option("dataset", request.dataset,
                   "a .txt, .csv, .jsonl or .npz file, a folder of them, or an "
                   "archive")
      ->required();
  command->add_option("--model", request.model,
                      "what to begin with: new, a model directory, or a run's "
                      "name");
  command->add_option("--run-name", request.run_name, "a folder in runs/")
      ->capture_default_str();
  request.restore_from.clear();
  command
      ->add_option("--restore-from", request.restore_from,
                   "latest: go on with the run, also with another data set if "
                   "it is said; fresh: begin again with --model; or a model to "
                   "begin again with")
      ->default_str("latest");
  AddTrainOptions(*command, *arguments);
  command
      ->add_option_function<std::string>(
          "--memory",
          [arguments](const std::string& value) {
            arguments->request.memory =
                value == "low" ? MemoryRequest::kLow : MemoryRequest::kAuto;
          },
          "low: about half as much, by 8-bit moments and by computing more; "
          "auto: low only if the rest does not fit")
      ->check(CLI::IsMember({"auto", "low"}))
      ->default_str("auto");
  AddShape(*command, request.shape);
  command
      ->add_option("--open-port", request.port,
                   "show the report while it trains, on "
                   "http://127.0.0.1:PORT/")
      ->check(CLI::Range(1, 65535));
  command->add_option("--threads", request.threads, "0: one for each processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  request.yield_to = Configuration().busy_file;
  command
      ->add_option("--yield-to", request.yield_to,
                   "pause while a site's worker on this machine holds this "
                   "file, and compute when nothing else does; \"\": train on")
      ->capture_default_str();
  command->footer(
      "What is not said is kept from the run's last start. Example:\n"
      "  artspeak finetune reviews.csv --model new --run-name run1 --steps "
      "2000 \\\n"
      "    --batch-size 4 --learning-rate 1e-3 --schedule cosine "
      "--warmup-steps 100 \\\n"
      "    --clip-norm 1");
  command->callback([arguments] { Run(*arguments); });
}

}  // namespace artspeak::app
