// parity_losses MODEL fp32|bf16 STEPS RATE ID...: the losses of AdamW's first
// steps, each over all ids as one window, one a line on standard output.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "gpt2/model_directory.h"
#include "gpt2/training_pass.h"
#include "train/optimizer.h"

int main(int argc, char** argv) {
  using namespace artspeak;
  if (argc < 7) {
    std::fprintf(stderr,
                 "usage: parity_losses MODEL fp32|bf16 STEPS RATE ID ID...\n");
    return 2;
  }
  try {
    std::vector<int32_t> ids;
    for (int i = 5; i < argc; ++i) ids.push_back(std::atoi(argv[i]));
    const std::span<const int32_t> tokens(ids);
    const gpt2::Precision precision = argv[2] == std::string_view("bf16")
                                          ? gpt2::Precision::kBf16
                                          : gpt2::Precision::kFp32;
    gpt2::Parameters parameters = gpt2::LoadParameters(argv[1]);
    gpt2::Parameters gradients(parameters.config());
    base::ThreadPool pool;
    gpt2::TrainingPass pass(parameters.config(), 1,
                            static_cast<int>(ids.size()) - 1, pool, precision);
    const train::Stretch all{0, parameters.config().parameter_count(), true};
    train::Optimizer optimizer({}, {&all, 1}, pool);
    train::Moments moments;
    for (int step = std::atoi(argv[3]); step > 0; --step) {
      const float loss = pass.Forward(parameters, tokens.first(ids.size() - 1),
                                      tokens.subspan(1));
      std::printf("%.9g\n", static_cast<double>(loss));
      pass.Backward(parameters, 1, gradients);
      optimizer.Step(parameters.flat(), gradients.flat(), moments,
                     std::atof(argv[4]));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parity_losses: %s\n", error.what());
    return 1;
  }
}
