// A model of one of GPT-2's sizes with random weights: how fast it writes does
// not depend on them, but for the sampler, which peaked likelihoods make
// faster. So the embeddings, which are the head too, are larger than a new
// model's.
//
//   random_model 124M|355M|774M FOLDER
#include <fmt/core.h>

#include <exception>
#include <map>
#include <string>

#include "gpt2/config.h"
#include "gpt2/model_directory.h"
#include "gpt2/parameters.h"

int main(int argc, char** argv) {
  using namespace artspeak;
  static const std::map<std::string, gpt2::Config> sizes = {
      {"124M", {.layers = 12, .width = 768, .heads = 12}},
      {"355M", {.layers = 24, .width = 1024, .heads = 16}},
      {"774M", {.layers = 36, .width = 1280, .heads = 20}}};
  if (argc != 3 || !sizes.contains(argv[1])) {
    fmt::print(stderr, "usage: random_model 124M|355M|774M FOLDER\n");
    return 2;
  }
  constexpr float kPeaked = 4;  // logits of deviation 2 to 3
  try {
    const gpt2::Config& config = sizes.at(argv[1]);
    gpt2::Parameters parameters = gpt2::InitialParameters(config, 1);
    for (float& value : parameters.values(parameters.tensors().front())) {
      value *= kPeaked;
    }
    gpt2::SaveModel(argv[2], config, parameters);
  } catch (const std::exception& error) {
    fmt::print(stderr, "random_model: {}\n", error.what());
    return 1;
  }
  return 0;
}
