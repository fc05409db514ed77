#include "train/options.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace artspeak::gpt2 {

NLOHMANN_JSON_SERIALIZE_ENUM(Precision, {{Precision::kFp32, "fp32"},
                                         {Precision::kBf16, "bf16"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Memory,
                             {{Memory::kRoomy, "roomy"}, {Memory::kLow, "low"}})

}  // namespace artspeak::gpt2

namespace artspeak::train {

NLOHMANN_JSON_SERIALIZE_ENUM(OptimizerKind, {{OptimizerKind::kAdamW, "adamw"},
                                             {OptimizerKind::kAdam, "adam"},
                                             {OptimizerKind::kSgd, "sgd"}})
NLOHMANN_JSON_SERIALIZE_ENUM(ScheduleKind,
                             {{ScheduleKind::kConstant, "constant"},
                              {ScheduleKind::kCosine, "cosine"}})

namespace {

// Calls visit(name, value, decides_what_is_learned) for every option that a
// run remembers: the one list behind saving, loading and comparing.
template <typename Options, typename Visit>
void ForEachOption(Options& options, Visit visit) {
  visit("batch-size", options.batch_size, true);
  visit("accumulate-gradients", options.accumulate_gradients, true);
  visit("learning-rate", options.schedule.learning_rate, true);
  visit("schedule", options.schedule.kind, true);
  visit("warmup-steps", options.schedule.warmup_steps, true);
  visit("min-learning-rate", options.schedule.minimum, true);
  visit("optimizer", options.optimizer.kind, true);
  visit("beta1", options.optimizer.beta1, true);
  visit("beta2", options.optimizer.beta2, true);
  visit("weight-decay", options.optimizer.weight_decay, true);
  visit("clip-norm", options.optimizer.clip_norm, true);
  visit("dropout", options.dropout, true);
  visit("precision", options.precision, true);
  visit("memory", options.memory, true);
  visit("only-train-transformer-layers", options.only_train_transformer_layers,
        true);
  visit("lora", options.lora, true);
  visit("column", options.column, true);
  visit("validation-fraction", options.validation_fraction, true);
  visit("seed", options.seed, true);
  visit("sample-prompt", options.sample_prompts, false);
  visit("print-every", options.print_every, false);
  visit("sample-every", options.sample_every, false);
  visit("save-every", options.save_every, false);
  visit("validate-every", options.validate_every, false);
  visit("early-stop", options.early_stop, false);
}

void Require(bool holds, std::string_view option, std::string_view rule) {
  if (!holds) throw base::UsageError("--{} must be {}", option, rule);
}

}  // namespace

void Validate(const TrainOptions& options) {
  constexpr std::string_view kCount = "1 or more";
  constexpr std::string_view kInterval = "0 (never) or more";
  constexpr std::string_view kFraction = "at least 0 and less than 1";
  const auto fraction = [](double x) { return x >= 0 && x < 1; };
  const auto amount = [](double x) { return x >= 0 && std::isfinite(x); };
  constexpr int64_t kMostSteps = 1'000'000'000'000;  // sums stay in 64 bits
  Require(
      !options.steps || (*options.steps >= 1 && *options.steps <= kMostSteps),
      "steps", "from 1 to 1,000,000,000,000");
  Require(options.batch_size >= 1, "batch-size", kCount);
  Require(options.accumulate_gradients >= 1, "accumulate-gradients", kCount);
  Require(amount(options.schedule.learning_rate) &&
              options.schedule.learning_rate > 0,
          "learning-rate", "more than 0");
  Require(amount(options.schedule.minimum) &&
              options.schedule.minimum <= options.schedule.learning_rate,
          "min-learning-rate", "between 0 and --learning-rate");
  Require(options.schedule.minimum == 0 ||
              options.schedule.kind == ScheduleKind::kCosine,
          "min-learning-rate", "left out unless --schedule is cosine");
  Require(options.schedule.warmup_steps >= 0, "warmup-steps", "0 or more");
  Require(fraction(options.optimizer.beta1), "beta1", kFraction);
  Require(fraction(options.optimizer.beta2), "beta2", kFraction);
  Require(amount(options.optimizer.weight_decay), "weight-decay", "0 or more");
  Require(amount(options.optimizer.clip_norm), "clip-norm", "0 (off) or more");
  Require(fraction(options.dropout), "dropout", kFraction);
  Require(options.lora >= 0, "lora", "0 (all weights) or more");
  Require(fraction(options.validation_fraction), "validation-fraction",
          kFraction);
  Require(options.print_every >= 0, "print-every", kInterval);
  Require(options.sample_every >= 0, "sample-every", kInterval);
  Require(options.save_every >= 0, "save-every", kInterval);
  Require(options.validate_every >= 0, "validate-every", kInterval);
  Require(options.early_stop >= 0, "early-stop", kInterval);
  Require(options.early_stop == 0 ||
              (options.validate_every > 0 && options.validation_fraction > 0),
          "early-stop",
          "0 when nothing is validated: it needs --validate-every and "
          "--validation-fraction");
}

std::string ToJson(const TrainOptions& options) {
  nlohmann::ordered_json json;
  ForEachOption(options, [&](const char* name, const auto& value, bool) {
    json[name] = value;
  });
  // A column's name may hold any bytes.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TrainOptions FromJson(std::string_view text) {
  TrainOptions options;
  try {
    const auto json = nlohmann::json::parse(text);
    ForEachOption(options, [&](const char* name, auto& value, bool) {
      const std::string_view option = name;
      const bool came_later = option == "column" || option == "sample-prompt" ||
                              option == "precision" || option == "memory" ||
                              option == "lora";
      if (came_later && !json.contains(name)) return;
      json.at(name).get_to(value);
    });
  } catch (const nlohmann::json::exception& fault) {
    throw base::Error(
        "the saved options cannot be read ({}): start the run "
        "again with --restore-from fresh",
        fault.what());
  }
  return options;
}

std::vector<std::string> Changes(const TrainOptions& before,
                                 const TrainOptions& now) {
  const auto old_values = nlohmann::json::parse(ToJson(before));
  std::vector<std::string> lines;
  ForEachOption(now, [&](const char* name, const auto& value, bool decides) {
    const nlohmann::json new_value = value;
    const nlohmann::json& old_value = old_values.at(name);
    if (!decides || new_value == old_value) return;
    const auto show = [](const nlohmann::json& json) {
      const bool plain = json.is_string() && json != "";
      return plain ? json.get<std::string>() : json.dump();
    };
    lines.push_back(fmt::format("--{} is now {}, it was {}", name,
                                show(new_value), show(old_value)));
  });
  return lines;
}

}  // namespace artspeak::train
