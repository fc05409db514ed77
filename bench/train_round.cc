#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "bench/contender.h"
#include "bench/random_model.h"
#include "bench/random_window.h"
#include "bench/rounds.h"
#include "gpt2/parameters.h"
#include "gpt2/training_pass.h"
#include "train/optimizer.h"

namespace artspeak::bench {

using Json = nlohmann::ordered_json;

Json TrainRound(const Json& job) {
  const gpt2::Config config =
      ParseShape(job.at("shape").get<std::string>()).value();
  const int T = job.at("tokens");
  base::ThreadPool pool(job.at("threads"));
  gpt2::Parameters parameters = gpt2::InitialParameters(config, 1);
  gpt2::Parameters gradients(config);
  gpt2::TrainingPass pass(config, 1, T, pool,
                          job.at("precision") == "bf16"
                              ? gpt2::Precision::kBf16
                              : gpt2::Precision::kFp32);
  train::Moments moments;
  const train::Stretch whole{0, config.parameter_count(), true};
  train::Optimizer optimizer({}, {&whole, 1}, pool);
  const RandomWindow window(T, config.vocab_size);

  double forward = 0, backward = 0, update = 0;
  for (int step = 0; step < 2; ++step) {
    const base::Stopwatch watch;
    pass.Forward(parameters, window.inputs(), window.targets());
    forward = watch.seconds();
    pass.Backward(parameters, 1, gradients);
    backward = watch.seconds() - forward;
    optimizer.Step(parameters.flat(), gradients.flat(), moments, 1e-4);
    update = watch.seconds() - forward - backward;
  }
  return {{"seconds", forward + backward + update},
          {"tokens", T},
          {"peak_memory_bytes", PeakMemoryBytes()},
          {"forward", forward},
          {"backward", backward},
          {"optimizer", update}};
}

}  // namespace artspeak::bench
