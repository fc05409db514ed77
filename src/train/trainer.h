// Trains a model on a data set, saving as it goes, so that a run that was
// interrupted, killed or cut off goes on bit for bit as if it never stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "corpus/batches.h"
#include "corpus/originality.h"
#include "corpus/passage_index.h"
#include "corpus/token_set.h"
#include "gpt2/parameters.h"
#include "gpt2/training_pass.h"
#include "text/tokenizer.h"
#include "train/options.h"
#include "train/run_folder.h"
#include "train/update.h"
#include "train/validation.h"

namespace artspeak::train {

// What a watcher learns after every step.
struct StepReport {
  int64_t step = 0;
  int64_t first_step = 0;  // of the present --steps
  int64_t last_step = 0;
  double loss = 0;                             // of this step, nats per token
  double smoothed_loss = 0;                    // over some twenty steps
  std::optional<double> validation_loss = {};  // the newest of this start
  double learning_rate = 0;
  double tokens_per_second = 0;
};

// Writes a text for each of options.sample_prompts, which it begins with, or
// one as documents begin, with the parameters as they are now; the seed is the
// run's own and always the same, so that texts of two steps differ by what was
// learned. May return fewer when the run is being interrupted.
using Sampler = std::function<std::vector<std::string>(
    const gpt2::Parameters& parameters, uint64_t seed)>;

// Called on the thread of Run; each may be empty.
struct TrainerCallbacks {
  std::function<void(const StepReport&)> step;
  std::function<void(int64_t step, std::span<const std::string>)> samples;
  // The run's folder holds something new: a log line, samples.
  std::function<void()> news;
  // A sentence that the person should read: options that changed, …
  std::function<void(const std::string&)> notice;
};

// Inputs of a training window, T: the model's context or, where there is less
// text, all tokens but the last, which is only a target. Throws Error if the
// text has no two tokens.
int WindowLength(const gpt2::Config& config, const corpus::TokenSet& data);

// Of the training tokens, as TrainerState keeps it.
std::string DataDigest(const corpus::TokenSet& data);

// What a trainer works with; all that is referred to must outlive it.
struct TrainerSetup {
  RunFolder& run;
  const text::Tokenizer& tokenizer;  // saved beside the model
  const corpus::TokenSet& data;
  base::ThreadPool& pool;
  TrainOptions options;
  Sampler sampler = {};  // empty: no samples
  // Of the training texts; empty: samples are not measured.
  std::optional<corpus::PassageIndex> passages = {};
  // How original held-out texts are, to log beside it.
  std::optional<corpus::MeanOriginality> human_originality = {};
  // How long the pool was kept waiting, in all: tokens a second leave it out.
  // Empty: never.
  std::function<double()> seconds_paused = {};
  TrainerCallbacks callbacks = {};
};

enum class Ending { kFinished, kStoppedEarly, kInterrupted };

// Not thread-safe. Memory: parameters, moments (two for each with AdamW and
// Adam), an Update's gradients, and a TrainingPass.
class Trainer {
 public:
  // start: what run.LoadState and run.LoadParameters gave, or a model with a
  // fresh state to begin with (which, when Run begins, replaces what the run
  // had). Throws Error when the options make no sense or there is nothing to
  // train on.
  Trainer(TrainerSetup setup, Snapshot start);

  // Trains to the last step, until validation stops improving (early_stop),
  // or until `stop` is requested; saves at the end in every case. Call once.
  // Throws Error when it cannot save, or the loss is no longer a number; the
  // last checkpoint stands.
  Ending Run(std::stop_token stop);

  const gpt2::Parameters& parameters() const { return parameters_; }
  const TrainerState& state() const { return state_; }

 private:
  void ChooseSteps();
  double SecondsPaused() const;
  void Save();
  void SaveIfPossible();
  // False when it was interrupted; nothing has changed then.
  bool TakeStep(std::stop_token stop);
  // What is due after a step. False when it was interrupted; state_.pending
  // then says so.
  bool FinishStep(std::stop_token stop);
  // best: that validation loss is the lowest so far.
  void Log(std::optional<double> validation_loss, bool best,
           std::optional<corpus::MeanOriginality> originality);
  // How original the samples are, if that is measured.
  std::optional<corpus::MeanOriginality> OriginalityOf(
      const std::vector<std::string>& samples) const;

  TrainerSetup setup_;
  gpt2::Parameters parameters_;
  TrainerState state_;
  int T_;  // WindowLength
  gpt2::TrainingPass pass_;
  std::unique_ptr<Update> update_;
  corpus::BatchStream batches_;
  std::unique_ptr<Validation> validation_;  // null: none
  std::vector<int32_t> inputs_, targets_;   // (B, T)
  base::Stopwatch since_start_;
  std::optional<double> newest_validation_loss_;
  bool fresh_;         // nothing of this training is saved yet
  bool saved_ = true;  // the state is as it was when last saved or loaded
  bool stopped_early_ = false;
};

// Seconds that one step takes with this shape, windows of T tokens and these
// options, measured on a model of random numbers that is thrown away.
double MeasureStepSeconds(const gpt2::Config& config, int T,
                          const TrainOptions& options, base::ThreadPool& pool);

}  // namespace artspeak::train
