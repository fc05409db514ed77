#include "app/training_run.h"

#include <fmt/core.h>
#include <malloc.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "app/live_report.h"
#include "app/memory_choice.h"
#include "app/model_name.h"
#include "app/report_writer.h"
#include "app/run_settings.h"
#include "app/say.h"
#include "app/training_data.h"
#include "app/training_passages.h"
#include "base/busy_file.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/pause_gate.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "base/with_commas.h"
#include "decode/generator.h"
#include "exchange/hub_name.h"
#include "gpt2/model.h"
#include "gpt2/model_directory.h"
#include "gpt2/precision.h"
#include "train/disk_need.h"
#include "train/lora.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

constexpr int kSampleTokens = 120;
constexpr size_t kSampleBytesShown = 300;

// Where training begins, and the tokenizer that goes with it.
struct Beginning {
  std::shared_ptr<const text::Tokenizer> tokenizer;
  train::Snapshot snapshot;
  train::TrainOptions options;
};

void CheckName(const std::string& name) {
  if (name.empty() || name.front() == '.' ||
      name.find('/') != std::string::npos) {
    throw base::UsageError(
        "--run-name {} cannot be a folder's name: use letters, "
        "digits and dashes",
        name);
  }
}

void RefuseShape(const NewModelShape& shape) {
  if (shape.layers || shape.width || shape.heads || shape.context ||
      shape.vocab_size) {
    throw base::UsageError(
        "--layers, --width, --heads, --context and --vocab-size "
        "shape a new model: leave them out, or say --model new");
  }
}

// A run goes on with the model it has: what is said about its shape must agree.
void CheckShape(const NewModelShape& shape, const gpt2::Config& config,
                const fs::path& run) {
  const auto check = [&](const char* name, std::optional<int> wanted, int has) {
    if (!wanted || *wanted == has) return;
    throw base::UsageError(
        "{} has --{} {}, not {}: leave it out, choose another "
        "--run-name, or say --restore-from fresh",
        run.string(), name, has, *wanted);
  };
  check("layers", shape.layers, config.layers);
  check("width", shape.width, config.width);
  check("heads", shape.heads, config.heads);
  check("context", shape.context, config.context);
  // A small data set yields fewer tokens than were asked for.
  if (shape.vocab_size && *shape.vocab_size < config.vocab_size) {
    check("vocab-size", shape.vocab_size, config.vocab_size);
  }
}

// How a run remembers what it began with: a model of the hub by its name, since
// the folder of what it means moves with every pull.
std::string BaseName(const std::string& model, const fs::path& runs) {
  if (model == "new") return model;
  const fs::path directory = LocalModelDirectory(model, runs);
  const auto hub_name = exchange::ParseHubName(model);
  if (hub_name && fs::exists(directory / ".." / ".." / "refs")) {
    return hub_name->text();
  }
  return fs::weakly_canonical(directory).string();
}

// The base may be gone by now: then its path tells.
bool BeganWith(const std::string& base, const std::string& model,
               const fs::path& runs) {
  return model == base || fs::weakly_canonical(model) == base ||
         BaseName(model, runs) == base;
}

Beginning GoOn(const TrainingRequest& request, const train::RunFolder& run) {
  train::TrainerState state = run.LoadState();
  if (!request.model.empty() &&
      !BeganWith(state.base, request.model, request.runs)) {
    throw base::UsageError(
        "{} began with --model {}: leave --model out to go on, "
        "choose another --run-name, or say --restore-from fresh",
        run.directory().string(), state.base);
  }
  gpt2::Parameters parameters = run.LoadParameters(state);
  CheckShape(request.shape, parameters.config(), run.directory());
  train::TrainOptions options = state.options;
  return {std::make_shared<text::Tokenizer>(text::Tokenizer::Load(run.model())),
          {std::move(parameters), std::move(state)},
          std::move(options)};
}

// A run keeps to its data set unless one says otherwise; another split or
// column of it was said.
void CheckDataset(const train::TrainerState& state,
                  const train::TrainOptions& options,
                  const corpus::TokenSet& data, const TrainingRequest& request,
                  const fs::path& run) {
  const train::TrainOptions& before = state.options;
  if (state.data_digest == train::DataDigest(data) ||
      options.column != before.column || options.seed != before.seed ||
      options.validation_fraction != before.validation_fraction) {
    return;
  }
  throw base::UsageError(
      "{} was trained on another data set than {} is now: choose another "
      "--run-name, or say --restore-from latest to go on with this one, or "
      "--restore-from fresh to begin again",
      run.string(), request.dataset.string());
}

Beginning BeginNew(const NewModelShape& shape, TrainingData& data,
                   const train::TrainOptions& options) {
  gpt2::Config config;
  config.layers = shape.layers.value_or(6);
  config.width = shape.width.value_or(256);
  config.heads = shape.heads.value_or(4);
  config.context = shape.context.value_or(512);
  config.vocab_size = shape.vocab_size.value_or(8192);
  try {
    config.Validate();  // before the minutes that follow
  } catch (const base::Error& error) {
    throw base::UsageError(error.what());
  }
  auto tokenizer =
      std::make_shared<text::Tokenizer>(data.LearnTokenizer(config.vocab_size));
  config.vocab_size = tokenizer->vocab_size();
  return {std::move(tokenizer),
          {gpt2::InitialParameters(config, options.seed), {.base = "new"}},
          options};
}

Beginning BeginWith(const std::string& model, const TrainingRequest& request,
                    const train::TrainOptions& options) {
  RefuseShape(request.shape);
  const fs::path directory = ModelDirectory(model, request.runs);
  return {std::make_shared<text::Tokenizer>(text::Tokenizer::Load(directory)),
          {gpt2::LoadParameters(directory),
           {.base = BaseName(model, request.runs)}},
          options};
}

// A night's training does not end at its first checkpoint.
void CheckDisk(const fs::path& run, const gpt2::Config& config,
               const train::TrainOptions& options, bool goes_on) {
  std::error_code unknown;
  const fs::space_info space = fs::space(run, unknown);
  if (unknown) return;
  const int64_t need = train::DiskNeed(config, options, goes_on);
  if (static_cast<uint64_t>(need) <= space.available) return;
  throw base::Error(
      "the checkpoints in {} need {:.1f} GB and the disk has {:.1f} GB left: "
      "make room there{}, then say the same again",
      run.string(), static_cast<double>(need) / 1e9,
      static_cast<double>(space.available) / 1e9,
      options.memory == gpt2::Memory::kLow || options.lora > 0
          ? ""
          : ", or add --memory low, which needs less");
}

train::Sampler MakeSampler(std::shared_ptr<const text::Tokenizer> tokenizer,
                           std::vector<std::string> prompts,
                           base::ThreadPool& pool, std::stop_token stop) {
  if (prompts.empty()) prompts.push_back("");
  return [tokenizer, prompts = std::move(prompts), &pool, stop](
             const gpt2::Parameters& parameters, uint64_t seed) {
    decode::GenerateOptions options;
    options.length = kSampleTokens;
    options.seed = seed;
    options.include_prompt = true;
    const decode::LoadedModel model{
        std::make_shared<const gpt2::Model>(parameters), tokenizer};
    std::vector<std::string> texts;
    for (const std::string& prompt : prompts) {
      for (decode::Sample& sample :
           decode::Generate(model, pool, prompt, options, stop).samples) {
        texts.push_back(std::move(sample.text));
      }
    }
    return texts;
  };
}

void SayPlan(const gpt2::Parameters& parameters,
             const train::TrainerState& state,
             const train::TrainOptions& options, const corpus::TokenSet& data) {
  const gpt2::Config& config = parameters.config();
  Say("The model: {} parameters ({} layers, {} wide, {} heads, context {}, {} "
      "tokens of vocabulary)",
      base::WithCommas(config.parameter_count()), config.layers, config.width,
      config.heads, config.context, base::WithCommas(config.vocab_size));
  const int64_t tokens_a_step = int64_t{options.batch_size} *
                                options.accumulate_gradients *
                                train::WindowLength(config, data);
  const int64_t left = state.leg_end - state.step;
  Say("To do: {} steps of {} tokens, {:.2g} times through the data{}",
      base::WithCommas(left), base::WithCommas(tokens_a_step),
      static_cast<double>(left) * static_cast<double>(tokens_a_step) /
          static_cast<double>(data.training.size()),
      state.step > 0
          ? fmt::format("; {} steps are done", base::WithCommas(state.step))
          : std::string());
}

// Training can do without them.
void KeepSettings(const fs::path& run, const RunSettings& settings) {
  try {
    base::WriteFileAtomically(run / "settings.json", ToJson(settings));
  } catch (const base::Error& error) {
    Say("The settings are not kept for the report: {}", error.what());
  }
}

// Whether a worker on this machine writes texts. That this cannot be known is
// said once: training goes on.
bool HasVisitors(const fs::path& busy_file, bool& said) {
  try {
    return base::IsHeld(busy_file);
  } catch (const base::Error& error) {
    if (!std::exchange(said, true)) {
      Say("Training does not pause for visitors: {}; --yield-to names the file",
          error.what());
    }
    return false;
  }
}

// Trains; however that ends, the report then shows it.
train::Ending Finished(train::Trainer& trainer, ReportWriter& report,
                       std::stop_token stop) {
  try {
    const train::Ending ending = trainer.Run(std::move(stop));
    report.RedrawNow();
    return ending;
  } catch (...) {
    report.RedrawNow();
    throw;
  }
}

// RunTraining, but for an interrupt before there are tokens.
TrainingResult Train(const TrainingRequest& request, const fs::path& directory,
                     std::stop_token stop) {
  const bool latest =
      request.restore_from.empty() || request.restore_from == "latest";
  const std::string begin_with = latest || request.restore_from == "fresh"
                                     ? request.model
                                     : request.restore_from;
  // Wrong arguments leave no empty run behind.
  const bool goes_on = latest && train::RunFolder::IsIn(directory);
  if (!goes_on) {
    if (begin_with.empty()) {
      throw base::UsageError(
          "{} has nothing to go on with: say what to begin with, "
          "--model new or --model DIR",
          directory.string());
    }
    if (begin_with != "new") ModelDirectory(begin_with, request.runs, stop);
  }
  // A port that cannot be had is said before the minutes that follow.
  std::optional<LiveReport> live;
  if (request.port) live.emplace(*request.port);
  train::TrainOptions options;
  options.precision = gpt2::FastestPrecision();
  if (request.adjust) request.adjust(options);
  if (!goes_on) train::Validate(options);
  if (!goes_on && begin_with == "new" && options.lora > 0) {
    throw base::UsageError(
        "--lora learns a small change to a model that can write already, and a "
        "new one cannot: leave --lora out, or begin with another --model");
  }
  TrainingData dataset(request.dataset, stop);
  if (!goes_on) dataset.Read(options.column);

  train::RunFolder run(directory);
  if (latest && run.HasCheckpoint() != goes_on) {
    throw base::Error(
        "another artspeak changed {} in this moment: the same command goes on "
        "with what it left",
        directory.string());
  }
  if (const auto fault = goes_on ? run.BestFault() : std::nullopt) {
    Say("{}", *fault);
  }
  Beginning beginning = goes_on ? GoOn(request, run)
                        : begin_with == "new"
                            ? BeginNew(request.shape, dataset, options)
                            : BeginWith(begin_with, request, options);
  if (goes_on && request.adjust) request.adjust(beginning.options);
  train::Validate(beginning.options);
  if (beginning.options.lora > 0) {
    train::Lora::CheckRank(beginning.snapshot.parameters.config(),
                           beginning.options.lora);
  }
  const train::TrainerState& state = beginning.snapshot.state;
  if (goes_on && request.seconds && state.step == state.leg_end &&
      !state.pending) {
    return {train::Ending::kFinished,   run.model(),    state.step, state.step,
            state.best_validation_loss, state.best_step};
  }

  const gpt2::Config config = beginning.snapshot.parameters.config();
  const fs::path tokens = directory / "tokens";
  const corpus::TokenSet data =
      goes_on
          ? dataset.TokensIn(tokens, *beginning.tokenizer, config,
                             beginning.options)
          : dataset.Tokenize(*beginning.tokenizer, config, beginning.options);
  if (goes_on && request.restore_from.empty()) {
    CheckDataset(state, beginning.options, data, request, directory);
  }
  dataset.Keep(tokens, data);

  const TrainingPassages passages =
      PassagesIn(directory / "originality", data, *beginning.tokenizer,
                 config.literal_markers, kSampleTokens, stop);

  if (request.memory == MemoryRequest::kLow) {
    beginning.options.memory = gpt2::Memory::kLow;
  } else if (request.memory == MemoryRequest::kAuto || !goes_on) {
    const MemoryChoice choice =
        ChooseMemory(config, train::WindowLength(config, data),
                     beginning.options, UsableMemory());
    Say("{}", choice.reason);
    beginning.options.memory = choice.memory;
  }
  CheckDisk(directory, config, beginning.options, goes_on);
  malloc_trim(0);  // what was only needed until here goes back to the system

  bool fault_said = false;
  std::function<void()> show_pause;  // once there is a bar to show it on
  base::SystemClock clock;
  base::PauseGate gate(
      {.busy = [&] { return HasVisitors(request.yield_to, fault_said); },
       .on_wait =
           [&] {
             if (show_pause) show_pause();
           }},
      stop, clock);
  base::ThreadPool pool(request.threads,
                        request.yield_to.empty()
                            ? std::function<void()>()
                            : std::function<void()>([&] { gate.Pass(); }));
  if (request.seconds && !goes_on) {
    const double step_seconds = train::MeasureStepSeconds(
        config, train::WindowLength(config, data), beginning.options, pool);
    beginning.options.steps = std::max<int64_t>(
        1, static_cast<int64_t>(*request.seconds / step_seconds));
  }

  ReportWriter report(directory, live ? &*live : nullptr,
                      [](const std::string& line) { Say("{}", line); });
  base::ProgressBar bar({.label = "train", .unit = "steps"});
  train::TrainerCallbacks callbacks;
  callbacks.notice = [](const std::string& line) { Say("{}", line); };
  callbacks.news = [&] { report.Redraw(); };
  callbacks.samples = [&](int64_t step, std::span<const std::string> samples) {
    for (const std::string& sample : samples) {
      bar.Print(fmt::format(
          "  at step {}: {}", step,
          base::OneLine(base::Utf8Prefix(sample, kSampleBytesShown))));
    }
  };
  base::Progress shown;
  callbacks.step = [&](const train::StepReport& report) {
    std::string note = fmt::format("loss {:.3f}", report.smoothed_loss);
    if (report.validation_loss) {
      note += fmt::format(" · validation {:.3f}", *report.validation_loss);
    }
    note += fmt::format(" · {:.0f} tokens/s", report.tokens_per_second);
    shown = {.done = report.step - report.first_step,
             .total = report.last_step - report.first_step,
             .note = std::move(note)};
    bar.Update(shown);
  };
  // From whichever thread of the pool waits, while the trainer's waits for it.
  show_pause = [&] {
    base::Progress paused = shown;
    paused.note += paused.note.empty() ? "paused for a visitor"
                                       : " · paused for a visitor";
    bar.Update(paused);
  };
  train::Trainer trainer(
      {.run = run,
       .tokenizer = *beginning.tokenizer,
       .data = data,
       .pool = pool,
       .options = beginning.options,
       .sampler = MakeSampler(beginning.tokenizer,
                              beginning.options.sample_prompts, pool, stop),
       .passages = passages.index,
       .human_originality = passages.human,
       .seconds_paused = [&gate] { return gate.seconds_paused(); },
       .callbacks = std::move(callbacks)},
      std::move(beginning.snapshot));
  shown.done = trainer.state().step - trainer.state().leg_begin;
  shown.total = trainer.state().leg_end - trainer.state().leg_begin;
  SayPlan(trainer.parameters(), trainer.state(), beginning.options, data);
  if (live) Say("The report: http://127.0.0.1:{}/", live->port());
  KeepSettings(directory, {.dataset = request.dataset.string(),
                           .data = data,
                           .config = config,
                           .state = trainer.state(),
                           .options = beginning.options,
                           .threads = pool.threads()});
  const train::Ending ending = Finished(trainer, report, stop);
  return {ending,
          run.model(),
          trainer.state().step,
          trainer.state().leg_end,
          trainer.state().best_validation_loss,
          trainer.state().best_step};
}

}  // namespace

TrainingResult RunTraining(const TrainingRequest& request,
                           std::stop_token stop) {
  CheckName(request.run_name);
  const fs::path directory = request.runs / request.run_name;
  try {
    return Train(request, directory, stop);
  } catch (const Interrupted&) {
    TrainingResult result;
    result.ending = train::Ending::kInterrupted;
    result.model = directory / "model";
    return result;
  }
}

}  // namespace artspeak::app
