#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/thread_pool.h"
#include "bench/contender.h"
#include "bench/rounds.h"
#include "corpus/document.h"
#include "corpus/token_set.h"
#include "gpt2/parameters.h"
#include "text/trainer.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace artspeak::bench {

using Json = nlohmann::ordered_json;

namespace {

constexpr int kByteTokens = 257;  // and the end of the text

train::TrainOptions OptionsOf(const Json& job) {
  train::TrainOptions options;
  options.steps = job.at("steps");
  options.batch_size = job.at("batch_size");
  options.schedule = {.kind = train::ScheduleKind::kCosine,
                      .learning_rate = job.at("learning_rate"),
                      .minimum = job.at("min_learning_rate"),
                      .warmup_steps = job.at("warmup_steps")};
  options.optimizer.beta2 = job.at("beta2");
  options.optimizer.weight_decay = job.at("weight_decay");
  options.optimizer.clip_norm = job.at("clip_norm");
  options.precision = job.at("precision") == "bf16" ? gpt2::Precision::kBf16
                                                    : gpt2::Precision::kFp32;
  options.sample_every = 0;
  options.save_every = 0;
  options.validate_every = *options.steps;
  return options;
}

}  // namespace

Json RecipeRound(const Json& job) {
  const std::string text = base::ReadFile(job.at("text").get<std::string>());
  const text::Tokenizer tokenizer =
      text::TrainTokenizer({&text, 1}, kByteTokens, {});
  corpus::Document document;
  document.text = text;
  const corpus::TokenSet data = corpus::Tokenize(
      {&document, 1}, tokenizer,
      {.validation_fraction = job.at("validation_fraction")}, {});
  gpt2::Config config;
  config.layers = job.at("layers");
  config.width = job.at("width");
  config.heads = job.at("heads");
  config.context = job.at("context");
  config.vocab_size = tokenizer.vocab_size();

  const std::filesystem::path folder = job.at("folder").get<std::string>();
  std::filesystem::remove_all(folder);
  base::MakeDirectories(folder);
  train::RunFolder run(folder);
  base::ThreadPool pool(job.at("threads"));
  const train::TrainOptions options = OptionsOf(job);
  train::Trainer trainer({.run = run,
                          .tokenizer = tokenizer,
                          .data = data,
                          .pool = pool,
                          .options = options},
                         {gpt2::InitialParameters(config, 1), {}});
  const base::Stopwatch watch;
  trainer.Run({});
  const double seconds = watch.seconds();
  return {
      {"seconds", seconds},
      {"tokens", trainer.state().tokens},
      {"peak_memory_bytes", PeakMemoryBytes()},
      {"validation_loss", trainer.state().best_validation_loss.value_or(-1)}};
}

}  // namespace artspeak::bench
