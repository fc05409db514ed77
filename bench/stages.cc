#include "bench/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gpt2/parameters.h"

namespace artspeak::bench {
namespace {

struct Counts {
  double matrices = 0;  // numbers that a token is multiplied with
  double others = 0;    // numbers in vectors and the position embedding
};

Counts CountParameters(const gpt2::Config& config) {
  Counts counts;
  for (const gpt2::TensorPlace& place : gpt2::TensorPlaces(config)) {
    const bool matrix = place.shape.size() == 2 && place.name != "wpe.weight";
    (matrix ? counts.matrices : counts.others) +=
        static_cast<double>(place.size);
  }
  return counts;
}

// What the products read: all that is stored but vectors and positions, which
// are fp32 in every format.
double MatrixBytes(const gpt2::Model& model, const Counts& counts) {
  return model.config().weights == gpt2::WeightFormat::kFloat
             ? 4 * counts.matrices
             : static_cast<double>(model.stored_bytes()) - 4 * counts.others;
}

double ProductPeak(gpt2::WeightFormat weights, const Limits& limits) {
  switch (weights) {
    case gpt2::WeightFormat::kFloat:
      return limits.fp32();
    case gpt2::WeightFormat::kBf16:
      return limits.bf16();
    case gpt2::WeightFormat::kInt8:
    case gpt2::WeightFormat::kInt4:
      return limits.int8();
  }
  return 0;
}

// Of a head's key or value: `width` numbers, in int8 with an fp32 scale.
double RowBytes(gpt2::KvFormat kv, int width) {
  switch (kv) {
    case gpt2::KvFormat::kFp32:
      return 4.0 * width;
    case gpt2::KvFormat::kBf16:
      return 2.0 * width;
    case gpt2::KvFormat::kInt8:
      return width + 4.0;
  }
  return 0;
}

}  // namespace

double Stage::share(const Limits& limits) const {
  const double of_memory = bytes / limits.bytes();
  const double of_arithmetic = operations > 0 ? operations / peak : 0;
  return std::max(of_memory, of_arithmetic) / seconds.median();
}

bool Stage::memory_bound(const Limits& limits) const {
  return operations == 0 || bytes / limits.bytes() > operations / peak;
}

std::string ShowStages(const std::vector<Stage>& stages, const Limits& limits) {
  double all = 0, bytes = 0;
  for (const Stage& stage : stages) {
    all += stage.seconds.median();
    bytes += stage.bytes;
  }
  std::string text = fmt::format("  {:<12}{:>28}{:>10}{:>10}{:>10}{:>10}  {}\n",
                                 "stage", "ms a step", "of time", "MB", "GOP",
                                 "GB/s", "share of the limit");
  for (const Stage& stage : stages) {
    const double seconds = stage.seconds.median();
    text += fmt::format(
        "  {:<12}{:>28}{:>8.1f} %", stage.name,
        fmt::format("{:.3f} ({:.3f} to {:.3f})", 1e3 * seconds,
                    1e3 * stage.seconds.least(), 1e3 * stage.seconds.most()),
        100 * seconds / all);
    if (stage.bytes == 0 && stage.operations == 0) {
      text += "\n";
      continue;
    }
    const auto count = [](double amount, double unit, int digits) {
      return amount == 0 ? "" : fmt::format("{:.{}f}", amount / unit, digits);
    };
    text += fmt::format(
        "{:>10}{:>10}{:>10}  {:.0f} % of {}\n", count(stage.bytes, 1e6, 1),
        count(stage.operations, 1e9, 2), count(stage.bytes / seconds, 1e9, 1),
        100 * stage.share(limits),
        stage.memory_bound(limits) ? "memory" : "arithmetic");
  }
  text +=
      fmt::format("  {:<12}{:>28.3f}{:>20.1f}{:>20.1f}  {:.0f} % of memory\n",
                  "all", 1e3 * all, bytes / 1e6, bytes / all / 1e9,
                  100 * bytes / all / limits.bytes());
  return text;
}

nlohmann::ordered_json StagesToJson(const std::vector<Stage>& stages,
                                    const Limits& limits) {
  double all = 0;
  for (const Stage& stage : stages) all += stage.seconds.median();
  auto json = nlohmann::ordered_json::array();
  for (const Stage& stage : stages) {
    json.push_back({{"name", stage.name},
                    {"seconds_per_step", stage.seconds.ToJson()},
                    {"share_of_time", stage.seconds.median() / all},
                    {"bytes", stage.bytes},
                    {"operations", stage.operations},
                    {"share_of_limit", stage.share(limits)}});
  }
  return json;
}

std::vector<Stage> GenerationStages(const gpt2::Model& model, double rows,
                                    double context, gpt2::KvFormat kv,
                                    const Limits& limits) {
  const gpt2::Config& config = model.config();
  const Counts counts = CountParameters(config);
  // Keys and values: 2 numbers a channel, each multiplied and added once.
  const double numbers = 2 * rows * context * config.layers * config.width;
  return {{.name = "products",
           .bytes = MatrixBytes(model, counts),
           .operations = 2 * rows * counts.matrices,
           .peak = ProductPeak(config.weights, limits)},
          {.name = "attention",
           .bytes = numbers / config.head_width() *
                    RowBytes(kv, config.head_width()),
           .operations = 2 * numbers,
           .peak = limits.fp32()},
          // At least one pass over the logits.
          {.name = "sampling", .bytes = 4 * rows * config.vocab_size},
          {.name = "rest"}};
}

std::vector<Stage> TrainingStages(const gpt2::Config& config, double tokens,
                                  const Limits& limits) {
  const Counts counts = CountParameters(config);
  // A token attends to half the window on average.
  const double attention =
      4 * tokens * (tokens + 1) / 2 * config.layers * config.width;
  const double forward = 2 * tokens * counts.matrices + attention;
  // Adam reads weight, gradient and two moments, and writes them; writing is
  // counted as reading is.
  const double update = 8 * 4 * (counts.matrices + counts.others);
  return {
      {.name = "forward", .operations = forward, .peak = limits.fp32()},
      {.name = "backward", .operations = 2 * forward, .peak = limits.fp32()},
      {.name = "optimizer", .bytes = update}};
}

}  // namespace artspeak::bench
