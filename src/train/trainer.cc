#include "train/trainer.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"

namespace artspeak::train {

namespace {

constexpr int64_t kDefaultSteps = 1000;
constexpr double kSmoothing = 0.95;  // of the loss that a watcher sees

// Which random stream of the run's seed is for what.
enum Purpose : uint64_t { kData = 1, kDropout, kSampling, kRounding };

// A seed of its own for one purpose.
uint64_t SeedFor(uint64_t seed, Purpose purpose) {
  const auto block = base::PhiloxBlock(seed, purpose, 0);
  return block[0] | static_cast<uint64_t>(block[1]) << 32;
}

int64_t PeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

// What the model itself wrote: a prompt may stand in the training texts.
std::vector<std::string> WithoutPrompts(
    std::vector<std::string> samples, const std::vector<std::string>& prompts) {
  for (size_t i = 0; i < std::min(samples.size(), prompts.size()); ++i) {
    if (samples[i].starts_with(prompts[i])) {
      samples[i].erase(0, prompts[i].size());
    }
  }
  return samples;
}

bool IsDue(int64_t every, int64_t step) {
  return every > 0 && step % every == 0;
}

// Before anything large is allocated.
gpt2::Parameters Checked(const TrainerSetup& setup, const TrainerState& state,
                         gpt2::Parameters parameters) {
  Validate(setup.options);
  const bool begun = state.leg_end > 0;
  if (begun && setup.options.lora != state.options.lora) {
    throw base::UsageError(
        "{} was begun {} and can only go on so: leave --lora out, or begin "
        "another run with its model",
        setup.run.directory().string(),
        state.options.lora > 0
            ? fmt::format("with --lora {}", state.options.lora)
            : "without --lora");
  }
  const gpt2::Config& config = parameters.config();
  if (setup.tokenizer.vocab_size() > config.vocab_size) {
    throw base::Error(
        "the model knows {} tokens, its tokenizer {}: use the "
        "vocab.json and merges.txt that belong to the model",
        config.vocab_size, setup.tokenizer.vocab_size());
  }
  WindowLength(config, setup.data);
  return parameters;
}

// loss: of the model as it was before, or is after, step `step`.
void CheckNumber(double loss, int64_t step) {
  if (std::isfinite(loss)) return;
  if (step == 0) {
    throw base::Error(
        "the model to begin with computes no numbers, so its weights are "
        "damaged: copy it again");
  }
  throw base::Error(
      "the loss is not a number any more at step {}: go on from the last "
      "checkpoint with a lower --learning-rate or with --clip-norm 1",
      step);
}

}  // namespace

int WindowLength(const gpt2::Config& config, const corpus::TokenSet& data) {
  const size_t tokens = data.training.size();
  if (tokens < 2) {
    throw base::Error(
        "the data set has {} tokens to train on and {} held out, and a window "
        "needs 2: give more text, or lower --validation-fraction",
        tokens, data.validation.size());
  }
  return static_cast<int>(
      std::min(tokens - 1, static_cast<size_t>(config.context)));
}

std::string DataDigest(const corpus::TokenSet& data) {
  return base::Blake2bHex({reinterpret_cast<const char*>(data.training.data()),
                           data.training.size() * sizeof(int32_t)});
}

Trainer::Trainer(TrainerSetup setup, Snapshot start)
    : setup_(std::move(setup)),
      parameters_(Checked(setup_, start.state, std::move(start.parameters))),
      state_(std::move(start.state)),
      T_(WindowLength(parameters_.config(), setup_.data)),
      pass_(parameters_.config(), setup_.options.batch_size, T_, setup_.pool,
            setup_.options.precision, setup_.options.memory),
      update_(MakeUpdate(parameters_.config(), setup_.options, state_.adapters,
                         SeedFor(setup_.options.seed, kRounding), setup_.pool)),
      batches_(setup_.data.training, setup_.options.batch_size, T_,
               base::RandomStream(setup_.options.seed, kData)),
      inputs_(static_cast<size_t>(setup_.options.batch_size) * T_),
      targets_(inputs_.size()),
      fresh_(state_.leg_end == 0) {
  const TrainOptions& options = setup_.options;
  if (options.validate_every > 0 && setup_.data.validation.size() >= 2) {
    validation_ = std::make_unique<Validation>(setup_.data.validation,
                                               options.batch_size, T_);
  } else if (options.early_stop > 0) {
    throw base::Error(
        "--early-stop needs held-out text and there is none: "
        "raise --validation-fraction or give more text");
  }

  const int context = parameters_.config().context;
  if (T_ < context && setup_.callbacks.notice) {
    setup_.callbacks.notice(fmt::format(
        "the data set has {} tokens to train on, fewer than the model can see "
        "at once: it learns from windows of {}, not {}",
        setup_.data.training.size(), T_, context));
  }
  const std::string data_digest = DataDigest(setup_.data);
  if (!fresh_ && setup_.callbacks.notice) {
    for (const std::string& change : Changes(state_.options, options)) {
      setup_.callbacks.notice(change);
    }
    if (data_digest != state_.data_digest) {
      setup_.callbacks.notice(
          "the data set is not the one this run was trained on so far: it "
          "goes on with the new one");
    }
  }
  if (data_digest != state_.data_digest) {
    // Losses on other text cannot be compared. The best checkpoint stays until
    // the new text has one.
    state_.best_validation_loss.reset();
    state_.validations_since_best = 0;
  }
  state_.data_digest = data_digest;
  update_->Convert(state_.moments);
  ChooseSteps();
  state_.options = options;
  state_.options.steps.reset();
  batches_.Seek(state_.data_position);
}

void Trainer::ChooseSteps() {
  const std::optional<int64_t> steps = setup_.options.steps;
  const bool finished = state_.step == state_.leg_end && !state_.pending;
  if (fresh_ || finished) {
    state_.validations_since_best = 0;
    state_.leg_begin = state_.step;
    state_.leg_end = state_.step + steps.value_or(kDefaultSteps);
    return;
  }
  if (!steps) return;
  const int64_t end = state_.leg_begin + *steps;
  if (end < state_.step) {
    throw base::Error(
        "the run is at step {} of {} already: give --steps {} "
        "or more, or leave it out to finish",
        state_.step - state_.leg_begin, state_.leg_end - state_.leg_begin,
        state_.step - state_.leg_begin);
  }
  if (end != state_.leg_end && setup_.callbacks.notice) {
    setup_.callbacks.notice(fmt::format("--steps is now {}, it was {}", *steps,
                                        state_.leg_end - state_.leg_begin));
  }
  state_.leg_end = end;
}

double Trainer::SecondsPaused() const {
  return setup_.seconds_paused ? setup_.seconds_paused() : 0;
}

void Trainer::Save() {
  // The newest parameters have not computed a loss yet. Those that no longer
  // can must not take the place of a checkpoint that could.
  CheckNumber(pass_.Forward(parameters_, inputs_, targets_), state_.step);
  setup_.run.Save(parameters_, setup_.tokenizer, state_);
  saved_ = true;
}

void Trainer::SaveIfPossible() {
  try {
    Save();
  } catch (const base::Error&) {
    // The last checkpoint stands, and what failed first is told.
  }
}

Ending Trainer::Run(std::stop_token stop) {
  // Before the first step, so that whatever happens later, what this run
  // began from is known, and a disk without room shows now.
  if (fresh_) Save();
  setup_.run.RollBack(state_.step);
  if (setup_.callbacks.news) setup_.callbacks.news();

  bool interrupted = state_.pending && !FinishStep(stop);
  while (!interrupted && state_.step < state_.leg_end) {
    interrupted = !TakeStep(stop) || !FinishStep(stop);
  }
  if (!saved_) Save();
  if (interrupted) return Ending::kInterrupted;
  return stopped_early_ ? Ending::kStoppedEarly : Ending::kFinished;
}

bool Trainer::TakeStep(std::stop_token stop) {
  const TrainOptions& options = setup_.options;
  const base::Stopwatch watch;
  const double paused_before = SecondsPaused();
  const int passes = options.accumulate_gradients;
  const UpdateTarget target = {
      parameters_, state_.moments,
      LearningRate(options.schedule, state_.step + 1 - state_.leg_begin,
                   state_.leg_end - state_.leg_begin)};
  double loss = 0;
  for (int i = 0; i < passes; ++i) {
    if (stop.stop_requested()) {
      // As if the step had not begun.
      batches_.Seek(state_.data_position);
      return false;
    }
    batches_.Next(inputs_, targets_);
    const gpt2::Dropout dropout = {
        .rate = static_cast<float>(options.dropout),
        .seed = SeedFor(options.seed, kDropout),
        .step = state_.passes + static_cast<uint64_t>(i)};
    loss += pass_.Forward(parameters_, inputs_, targets_, dropout);
    // Before the backward pass, which may already change parameters.
    CheckNumber(loss, state_.step + 1);
    pass_.Backward(parameters_, 1.0f / static_cast<float>(passes),
                   update_->SinkFor(i, target));
  }
  update_->Finish(target);
  loss /= passes;
  const double seconds = watch.seconds() - (SecondsPaused() - paused_before);
  const int64_t tokens = static_cast<int64_t>(inputs_.size()) * passes;
  ++state_.step;
  state_.passes += static_cast<uint64_t>(passes);
  state_.tokens += tokens;
  state_.data_position = batches_.position();
  state_.smoothed_loss =
      state_.smoothed_loss
          ? kSmoothing * *state_.smoothed_loss + (1 - kSmoothing) * loss
          : loss;
  state_.pending =
      PendingStep{.loss = loss,
                  .learning_rate = target.learning_rate,
                  .tokens_per_second = static_cast<double>(tokens) / seconds};
  saved_ = false;
  return true;
}

bool Trainer::FinishStep(std::stop_token stop) {
  const TrainOptions& options = setup_.options;
  const bool last = state_.step == state_.leg_end;
  std::optional<double> validation_loss;
  bool best = false;
  if (validation_ && (last || IsDue(options.validate_every, state_.step))) {
    validation_loss = validation_->Loss(parameters_, pass_, stop);
    if (!validation_loss) return false;
    CheckNumber(*validation_loss, state_.step);
    best = !state_.best_validation_loss ||
           *validation_loss < *state_.best_validation_loss;
  }
  const bool samples =
      setup_.sampler && IsDue(options.sample_every, state_.step);
  std::vector<std::string> texts;
  if (samples) {
    texts = setup_.sampler(parameters_, SeedFor(options.seed, kSampling));
    // An interrupted sampler's texts are cut off.
    if (stop.stop_requested()) return false;
  }
  const std::optional<corpus::MeanOriginality> originality =
      samples ? OriginalityOf(texts) : std::nullopt;
  const bool logs = validation_loss || originality ||
                    IsDue(options.print_every, state_.step) ||
                    (last && options.print_every > 0);
  try {
    if (samples) setup_.run.SaveSamples(state_.step, texts);
    if (logs) Log(validation_loss, best, originality);
  } catch (const base::Error&) {
    // What is due after this step is done at the next start.
    SaveIfPossible();
    throw;
  }
  if (samples && setup_.callbacks.samples) {
    setup_.callbacks.samples(state_.step, texts);
  }
  // From here on the step is finished: what counts it changes only now, so
  // that what was interrupted above can be done over.
  if (validation_loss) {
    newest_validation_loss_ = validation_loss;
    if (best) {
      state_.best_validation_loss = validation_loss;
      state_.best_step = state_.step;
      state_.validations_since_best = 0;
    } else if (++state_.validations_since_best >= options.early_stop &&
               options.early_stop > 0) {
      stopped_early_ = true;
      state_.leg_end = state_.step;
    }
  }
  if (setup_.callbacks.step) {
    setup_.callbacks.step(
        {.step = state_.step,
         .first_step = state_.leg_begin,
         .last_step = state_.leg_end,
         .loss = state_.pending->loss,
         .smoothed_loss = *state_.smoothed_loss,
         .validation_loss = newest_validation_loss_,
         .learning_rate = state_.pending->learning_rate,
         .tokens_per_second = state_.pending->tokens_per_second});
  }
  state_.pending.reset();
  saved_ = false;
  if (best || IsDue(options.save_every, state_.step)) Save();
  if ((logs || samples) && setup_.callbacks.news) setup_.callbacks.news();
  return true;
}

void Trainer::Log(std::optional<double> validation_loss, bool best,
                  std::optional<corpus::MeanOriginality> originality) {
  setup_.run.AppendLog({.step = state_.step,
                        .tokens = state_.tokens,
                        .loss = state_.pending->loss,
                        .validation_loss = validation_loss,
                        .best_step = best              ? state_.step
                                     : validation_loss ? state_.best_step
                                                       : std::nullopt,
                        .learning_rate = state_.pending->learning_rate,
                        .tokens_per_second = state_.pending->tokens_per_second,
                        .seconds = since_start_.seconds(),
                        .peak_memory_bytes = PeakMemoryBytes(),
                        .originality = originality,
                        .human_originality = originality
                                                 ? setup_.human_originality
                                                 : std::nullopt});
}

std::optional<corpus::MeanOriginality> Trainer::OriginalityOf(
    const std::vector<std::string>& samples) const {
  if (!setup_.passages) return std::nullopt;
  return corpus::MeasureTogether(
      WithoutPrompts(samples, setup_.options.sample_prompts), *setup_.passages);
}

double MeasureStepSeconds(const gpt2::Config& config, int T,
                          const TrainOptions& options, base::ThreadPool& pool) {
  // Long enough that a busy moment does not decide.
  constexpr double kMeasured = 1.5;  // seconds
  constexpr int kLeastSteps = 3;
  gpt2::Parameters parameters = gpt2::InitialParameters(config, 0);
  gpt2::TrainingPass pass(config, options.batch_size, T, pool,
                          options.precision, options.memory);
  std::vector<float> adapters;
  const auto update = MakeUpdate(config, options, adapters, 0, pool);
  Moments moments;
  const UpdateTarget target = {parameters, moments, 1e-4};
  std::vector<int32_t> tokens(static_cast<size_t>(options.batch_size) * T);
  base::RandomStream random(0);
  for (int32_t& token : tokens) {
    token = static_cast<int32_t>(random.Below(config.vocab_size));
  }
  double seconds = 0;
  int steps = -1;  // the first touches its memory for the first time
  while (steps < kLeastSteps || seconds < kMeasured) {
    const base::Stopwatch watch;
    for (int i = 0; i < options.accumulate_gradients; ++i) {
      pass.Forward(parameters, tokens, tokens,
                   {.rate = static_cast<float>(options.dropout)});
      pass.Backward(parameters, 1, update->SinkFor(i, target));
    }
    update->Finish(target);
    if (++steps > 0) seconds += watch.seconds();
  }
  return seconds / steps;
}

}  // namespace artspeak::train
