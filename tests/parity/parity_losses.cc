// parity_losses MODEL RUN OPTIONS STEPS ID...: trains in the new folder RUN, as
// `artspeak finetune` does, on one window of all ids, and writes the loss of
// each step on standard output, one a line. OPTIONS: a JSON object of options
// by their names on the command line; the others have their defaults.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/thread_pool.h"
#include "corpus/token_set.h"
#include "gpt2/model_directory.h"
#include "text/trainer.h"
#include "train/options.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace artspeak {
namespace {

train::TrainOptions OptionsFrom(const char* changes) {
  auto options = nlohmann::json::parse(ToJson(train::TrainOptions()));
  const auto changed = nlohmann::json::parse(changes);
  for (const auto& [name, value] : changed.items()) {
    if (!options.contains(name)) throw base::Error("no option {}", name);
    options[name] = value;
  }
  return train::FromJson(options.dump());
}

void Train(char** arguments, const std::vector<int32_t>& ids) {
  const corpus::TokenSet data = {.training = ids, .validation = {}};
  train::TrainOptions options = OptionsFrom(arguments[2]);
  options.steps = std::atoi(arguments[3]);
  options.validate_every = options.save_every = options.print_every = 0;
  // Of no meaning here, but a run keeps one.
  const std::string text = "a";
  const text::Tokenizer tokenizer = text::TrainTokenizer({&text, 1}, 257, {});
  base::ThreadPool pool;
  train::RunFolder run(arguments[1]);
  train::TrainerCallbacks callbacks;
  callbacks.step = [](const train::StepReport& report) {
    std::printf("%.9g\n", report.loss);
  };
  train::Trainer trainer(
      {.run = run,
       .tokenizer = tokenizer,
       .data = data,
       .pool = pool,
       .options = options,
       .callbacks = std::move(callbacks)},
      {gpt2::LoadParameters(arguments[0]), {.base = "model"}});
  trainer.Run({});
}

}  // namespace
}  // namespace artspeak

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr,
                 "usage: parity_losses MODEL RUN OPTIONS STEPS ID ID...\n");
    return 2;
  }
  try {
    std::vector<int32_t> ids;
    for (int i = 5; i < argc; ++i) ids.push_back(std::atoi(argv[i]));
    artspeak::Train(argv + 1, ids);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parity_losses: %s\n", error.what());
    return 1;
  }
}
