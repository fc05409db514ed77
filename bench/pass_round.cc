#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "bench/contender.h"
#include "bench/random_model.h"
#include "bench/random_window.h"
#include "bench/rounds.h"
#include "gpt2/gradient_sink.h"
#include "gpt2/parameters.h"
#include "gpt2/training_pass.h"

namespace artspeak::bench {

using Json = nlohmann::ordered_json;

namespace {

// Lends what an optimiser needs that applies a group as soon as it is done: the
// embeddings' memory, and that of the largest other group.
class LendingSink : public gpt2::GradientSink {
 public:
  explicit LendingSink(const gpt2::Config& config)
      : groups_(config),
        embeddings_(groups_.embeddings.size),
        other_(groups_.layers.front().size) {}

  float* Begin(const gpt2::GradientGroup& group) override {
    nn::Buffer& memory = group == groups_.embeddings ? embeddings_ : other_;
    std::fill_n(memory.data(), group.size, 0.0f);
    return memory.data();
  }
  void Done(const gpt2::GradientGroup&) override {}

 private:
  const gpt2::GradientGroups groups_;
  nn::Buffer embeddings_, other_;
};

}  // namespace

Json PassRound(const Json& job) {
  const gpt2::Config config =
      ParseShape(job.at("shape").get<std::string>()).value();
  const int T = job.at("tokens");
  const bool low = job.at("memory") == "low";
  base::ThreadPool pool(job.at("threads"));
  const gpt2::Parameters parameters = gpt2::InitialParameters(config, 1);
  std::optional<gpt2::Parameters> gradients;
  if (!low) gradients.emplace(config);
  LendingSink lending(config);
  gpt2::TrainingPass pass(config, 1, T, pool,
                          job.at("precision") == "bf16"
                              ? gpt2::Precision::kBf16
                              : gpt2::Precision::kFp32,
                          low ? gpt2::Memory::kLow : gpt2::Memory::kRoomy);
  const RandomWindow window(T, config.vocab_size);

  double forward = 0, backward = 0;
  for (int step = 0; step < 2; ++step) {
    const base::Stopwatch watch;
    pass.Forward(parameters, window.inputs(), window.targets());
    forward = watch.seconds();
    if (low) {
      pass.Backward(parameters, 1, lending);
    } else {
      pass.Backward(parameters, 1, *gradients);
    }
    backward = watch.seconds() - forward;
  }
  return {{"seconds", forward + backward},
          {"tokens", T},
          {"peak_memory_bytes", PeakMemoryBytes()},
          {"forward", forward},
          {"backward", backward}};
}

}  // namespace artspeak::bench
