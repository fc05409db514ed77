// A whole training on one text, beside PyTorch: the time, and what was learned.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "bench/commands.h"
#include "bench/contender.h"
#include "bench/peers.h"
#include "bench/report.h"
#include "gpt2/precision.h"

namespace artspeak::bench {

using Json = nlohmann::ordered_json;

Json RunRecipe(const RecipeOptions& options) {
  // nanoGPT's for a processor (config/train_shakespeare_char.py and its
  // README), but with bytes for characters and with biases, as GPT-2 has.
  Json job = {{"text", options.text.string()},
              {"layers", 4},
              {"width", 128},
              {"heads", 4},
              {"context", 64},
              {"batch_size", 12},
              {"steps", options.steps},
              {"warmup_steps", 100},
              {"learning_rate", 1e-3},
              {"min_learning_rate", 1e-4},
              {"beta2", 0.99},
              {"weight_decay", 0.1},
              {"clip_norm", 1.0},
              {"validation_fraction", 0.1},
              {"threads", options.threads}};
  base::MakeDirectories(options.folder);
  Peers peers(options.peers);
  std::vector<Entry> entries;
  for (const char* precision : {"fp32", "bf16"}) {
    job["precision"] = precision;
    if (precision != std::string_view("bf16") ||
        gpt2::FastestPrecision() == gpt2::Precision::kBf16) {
      job["folder"] = (options.folder / "recipe" / precision).string();
      entries.push_back(
          {OurRound(fmt::format("artspeak {}", precision), "recipe"), job});
    }
    for (const Contender& torch : peers.Torch("torch_recipe.py", precision)) {
      entries.push_back({torch, job});
    }
  }
  const std::vector<Result> results = Race(entries, options.rounds, [] {});
  fmt::print("{}\n\n{} steps of {} tokens of {}\n{}{}\n", Machine(),
             options.steps, 12 * 64, options.text.filename().string(),
             ShowResults(results), peers.Missing());
  Json report = {{"command", "recipe"},
                 {"machine", Machine()},
                 {"steps", options.steps},
                 {"results", ResultsToJson(results)}};
  for (size_t i = 0; i < results.size(); ++i) {
    Figures loss;
    for (const Json& answer : results[i].answers) {
      loss.Add(answer.at("validation_loss").get<double>());
    }
    report["results"][i]["validation_loss"] = loss.ToJson();
    fmt::print("{}: validation loss {}\n", results[i].contender.name,
               loss.Show(3));
  }
  return report;
}

}  // namespace artspeak::bench
