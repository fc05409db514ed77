// A training run of a tiny model in a folder of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "corpus/originality.h"
#include "corpus/passage_index.h"
#include "corpus/token_set.h"
#include "tests/support/testing.h"
#include "text/tokenizer.h"
#include "text/trainer.h"
#include "train/trainer.h"

namespace artspeak::train {

// Options of a short run that uses every kind of state there is.
inline TrainOptions LivelyOptions() {
  TrainOptions options;
  options.steps = 20;
  options.batch_size = 2;
  options.accumulate_gradients = 2;
  options.schedule = {ScheduleKind::kCosine, 1e-2, 1e-3, 3};
  options.optimizer.weight_decay = 0.1;
  options.optimizer.clip_norm = 1;
  options.dropout = 0.1;
  options.validate_every = 5;
  options.print_every = 1;
  options.sample_every = 4;
  options.save_every = 0;
  return options;
}

class TestRun {
 public:
  explicit TestRun(int threads = 1)
      : texts_{"the quick brown fox jumps over the lazy dog and sleeps. "
               "a painting of a dog is not a dog, said the fox to the cat. "
               "the lazy cat saw the brown painting of the quick fox."},
        tokenizer(text::TrainTokenizer(texts_, 270, {})),
        pool(threads) {
    config.layers = 2;
    config.width = 16;
    config.heads = 2;
    config.context = 16;
    config.vocab_size = tokenizer.vocab_size();
    data.training = tokenizer.Encode(texts_[0]);
    data.validation = tokenizer.Encode("the dog saw the fox and the cat.");
  }

  std::filesystem::path directory() const { return parent_ / "run"; }

  Snapshot Begin() const {
    return {gpt2::InitialParameters(config, 7), {.base = "new"}};
  }

  // Trains from the last checkpoint, or from the beginning where there is
  // none.
  Ending Train(const TrainOptions& options, std::stop_token stop = {}) {
    RunFolder run(directory());
    Snapshot start = Begin();
    if (run.HasCheckpoint()) {
      start.state = run.LoadState();
      start.parameters = run.LoadParameters(start.state);
    }
    return TrainFrom(run, std::move(start), options, stop);
  }

  Ending TrainFrom(RunFolder& run, Snapshot start, const TrainOptions& options,
                   std::stop_token stop = {}) {
    Trainer trainer({.run = run,
                     .tokenizer = tokenizer,
                     .data = data,
                     .pool = pool,
                     .options = options,
                     .sampler = sampler,
                     .passages = passages,
                     .human_originality = human_originality,
                     .seconds_paused = seconds_paused,
                     .callbacks = callbacks},
                    std::move(start));
    return trainer.Run(stop);
  }

  // Trains until `step` is done, then as Ctrl-C does.
  Ending TrainAndInterruptAfter(int64_t step, const TrainOptions& options) {
    std::stop_source source;
    const TrainerCallbacks kept = callbacks;
    callbacks.step = [&](const StepReport& report) {
      if (report.step == step) source.request_stop();
    };
    const Ending ending = Train(options, source.get_token());
    callbacks = kept;
    return ending;
  }

  // What the last checkpoint holds.
  Snapshot Saved() const {
    RunFolder run(directory());
    TrainerState state = run.LoadState();
    gpt2::Parameters parameters = run.LoadParameters(state);
    return {std::move(parameters), std::move(state)};
  }

 private:
  testing::TempDir parent_;
  std::vector<std::string> texts_;

 public:
  text::Tokenizer tokenizer;
  base::ThreadPool pool;
  gpt2::Config config;
  corpus::TokenSet data;
  Sampler sampler = {};
  std::optional<corpus::PassageIndex> passages = {};
  std::optional<corpus::MeanOriginality> human_originality = {};
  std::function<double()> seconds_paused = {};
  TrainerCallbacks callbacks = {};
};

}  // namespace artspeak::train
