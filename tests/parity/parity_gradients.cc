// parity_gradients MODEL OUTPUT.safetensors ID...: the loss of predicting each
// id from those before it, on standard output, and its gradients as a file.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "gpt2/model_directory.h"
#include "gpt2/safetensors_writer.h"
#include "gpt2/training_pass.h"

int main(int argc, char** argv) {
  using namespace artspeak;
  if (argc < 5) {
    std::fprintf(stderr,
                 "usage: parity_gradients MODEL OUTPUT.safetensors ID ID...\n");
    return 2;
  }
  try {
    std::vector<int32_t> ids;
    for (int i = 3; i < argc; ++i) ids.push_back(std::atoi(argv[i]));
    const gpt2::Parameters parameters = gpt2::LoadParameters(argv[1]);
    const std::span<const int32_t> tokens(ids);
    base::ThreadPool pool;
    gpt2::TrainingPass pass(parameters.config(), 1,
                            static_cast<int>(ids.size()) - 1, pool);
    const float loss = pass.Forward(parameters, tokens.first(ids.size() - 1),
                                    tokens.subspan(1));
    gpt2::Parameters gradients(parameters.config());
    pass.Backward(parameters, 1, gradients);
    std::vector<gpt2::FloatTensor> tensors;
    for (const auto& tensor : gradients.tensors()) {
      tensors.push_back({tensor.name, tensor.shape, gradients.values(tensor)});
    }
    gpt2::WriteSafetensors(argv[2], tensors);
    std::printf("%.9g\n", static_cast<double>(loss));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parity_gradients: %s\n", error.what());
    return 1;
  }
}
