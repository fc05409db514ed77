// artspeak generate: texts from a prompt, printed.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/commands.h"
#include "app/interrupt.h"
#include "app/kv_option.h"
#include "app/model_name.h"
#include "app/training_passages.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "base/utf8.h"
#include "decode/generator.h"
#include "text/vocabulary.h"

namespace artspeak::app {
namespace {

constexpr const char* kDelimiter = "====================";  // gpt-2-simple's

struct Arguments {
  std::string model;
  std::string weights;
  std::string prompt;
  std::string truncate{text::kEndOfText};
  std::vector<std::string> stop;
  std::vector<std::string> logit_bias;  // ID:VALUE
  decode::GenerateOptions options{};
  int max_copied_words = 0;
  std::optional<uint64_t> seed;
  int threads = 0;
  bool json = false;
};

// CLI11 would let a minus sign or too many digits wrap around.
std::string IsSeed(const std::string& text) {
  uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seed);
  return error == std::errc() && rest == end
             ? ""
             : "a seed is a whole number from 0 to 18446744073709551615";
}

std::optional<decode::LogitBias> ParseBias(std::string_view text) {
  decode::LogitBias bias{};
  const char* end = text.data() + text.size();
  const auto id = std::from_chars(text.data(), end, bias.token);
  if (id.ec != std::errc() || id.ptr == end || *id.ptr != ':') return {};
  const auto value = std::from_chars(id.ptr + 1, end, bias.value);
  if (value.ec != std::errc() || value.ptr != end) return {};
  return bias;
}

std::string IsBias(const std::string& text) {
  return ParseBias(text) ? ""
                         : "\"" + base::OneLine(text) +
                               "\" is no bias: give a token's id, a colon and "
                               "a number, as 50256:-2";
}

decode::GenerateOptions Options(const Arguments& arguments) {
  decode::GenerateOptions options = arguments.options;
  options.stop = arguments.stop;
  for (const std::string& bias : arguments.logit_bias) {
    options.sampling.logit_bias.push_back(ParseBias(bias).value());
  }
  options.stop_at_end_of_text = arguments.truncate == text::kEndOfText;
  if (!options.stop_at_end_of_text && !arguments.truncate.empty()) {
    options.stop.push_back(arguments.truncate);
  }
  try {
    options.Validate();
  } catch (const base::Error& error) {
    throw CLI::ValidationError("generate", error.what());
  }
  if (arguments.seed) {
    options.seed = *arguments.seed;
  } else {
    uint32_t seed = 0;  // short enough to type again
    base::SystemRandom(std::as_writable_bytes(std::span(&seed, 1)));
    options.seed = seed;
  }
  return options;
}

const char* NameOf(decode::Finish finish) {
  switch (finish) {
    case decode::Finish::kStop:
      return "stop";
    case decode::Finish::kCopied:
      return "copied";
    default:
      return "length";
  }
}

// The index is needed for a limit, and tells more where it is there.
decode::CopyLimit CopyLimitOf(const Arguments& arguments,
                              const std::filesystem::path& model) {
  std::error_code unreadable;
  if (arguments.max_copied_words == 0 &&
      !(arguments.json &&
        std::filesystem::exists(PassagesPath(model), unreadable))) {
    return {};
  }
  return {.passages = OpenPassages(model),
          .max_words = arguments.max_copied_words};
}

void PrintJson(const decode::Generation& generation, uint64_t seed,
               double load_seconds) {
  nlohmann::ordered_json samples = nlohmann::ordered_json::array();
  int64_t tokens = 0;
  for (const decode::Sample& sample : generation.samples) {
    samples.push_back({{"text", base::ToValidUtf8(sample.text)},
                       {"tokens", sample.tokens},
                       {"finish", NameOf(sample.finish)}});
    if (sample.longest_copy) {
      samples.back()["longest_copy"] = *sample.longest_copy;
    }
    tokens += sample.tokens;
  }
  const double seconds = generation.decode_seconds;
  const nlohmann::ordered_json answer = {
      {"samples", samples},
      {"seed", seed},
      {"timing",
       {{"load_s", load_seconds},
        {"prefill_s", generation.prefill_seconds},
        {"decode_s", seconds},
        {"tokens_per_s", seconds > 0 ? tokens / seconds : 0.0}}}};
  std::printf("%s\n", answer.dump().c_str());
}

void PrintTexts(const std::vector<decode::Sample>& samples) {
  for (size_t i = 0; i < samples.size(); ++i) {
    if (i > 0) std::printf("%s\n", kDelimiter);
    std::fwrite(samples[i].text.data(), 1, samples[i].text.size(), stdout);
    std::printf("\n");
  }
}

void Run(const Arguments& arguments) {
  InterruptGuard interrupt;
  decode::GenerateOptions options = Options(arguments);
  base::Stopwatch watch;
  base::ThreadPool pool(arguments.threads);
  const auto directory =
      ModelDirectory(arguments.model, "runs", interrupt.token());
  options.copy_limit = CopyLimitOf(arguments, directory);
  const auto weights = gpt2::WeightFormatOf(arguments.weights);
  const auto model = weights
                         ? decode::LoadedModel::Load(directory, *weights, pool)
                         : decode::LoadedModel::Load(directory);
  const double load_seconds = watch.seconds();
  if (!arguments.seed) std::fprintf(stderr, "seed %" PRIu64 "\n", options.seed);

  // One text on a terminal is shown as it grows.
  const bool live =
      options.nsamples == 1 && !arguments.json && isatty(STDOUT_FILENO) != 0;
  decode::PieceCallback show;
  if (live) {
    show = [](int, std::string_view piece) {
      std::fwrite(piece.data(), 1, piece.size(), stdout);
      std::fflush(stdout);
    };
  }
  const decode::Generation generation = decode::Generate(
      model, pool, arguments.prompt, options, interrupt.token(), show);
  if (live) {
    std::printf("\n");
  } else if (!arguments.json) {
    PrintTexts(generation.samples);
  }
  if (interrupt.token().stop_requested()) {
    throw base::Error("generation was interrupted: run it again");
  }
  if (arguments.json) PrintJson(generation, options.seed, load_seconds);
  if (std::fflush(stdout) != 0) {
    throw base::Error("the texts cannot be written: is the disk full?");
  }
}

}  // namespace

void AddGenerateCommand(CLI::App& app) {
  auto* command = app.add_subcommand("generate", "write texts with a model");
  auto arguments = std::make_shared<Arguments>();
  decode::GenerateOptions& options = arguments->options;
  options.nsamples = 5;
  command
      ->add_option("model", arguments->model,
                   "a run's name or a model directory")
      ->required();
  command->add_option("--prompt", arguments->prompt,
                      "how the texts begin (nothing: as documents begin)");
  command->add_option("--nsamples", options.nsamples, "how many texts")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--length", options.length, "tokens of a text at most")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  command
      ->add_option("--temperature", options.sampling.temperature,
                   "how daring; 0 always takes the most likely token")
      ->capture_default_str();
  command
      ->add_option("--top-k", options.sampling.top_k,
                   "draw from the k most likely tokens; 0: off")
      ->capture_default_str();
  command
      ->add_option("--top-p", options.sampling.top_p,
                   "draw from the most likely tokens that make up this share; "
                   "0 or 1: off")
      ->capture_default_str();
  command
      ->add_option("--min-p", options.sampling.min_p,
                   "leave out tokens less than this share as likely as the "
                   "most likely one; 0: off")
      ->capture_default_str();
  command
      ->add_option("--typical-p", options.sampling.typical_p,
                   "draw from the tokens of most typical likelihood that make "
                   "up this share; 0 or 1: off")
      ->capture_default_str();
  command
      ->add_option("--repetition-penalty", options.sampling.repetition_penalty,
                   "above 1, tokens that came already are less likely; 1: off")
      ->capture_default_str();
  command
      ->add_option("--banned", options.sampling.banned,
                   "never write this, not even within a word; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--logit-bias", arguments->logit_bias,
                   "add to a token's logit, as 50256:-2; may be repeated")
      ->allow_extra_args(false)
      ->check(IsBias, "");
  command
      ->add_option(
          "--max-copied-words", arguments->max_copied_words,
          "write a text again, in up to 5 tries, that shares more words "
          "in a row with a text the model was trained on; then cut "
          "it there; 0: off")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command
      ->add_option(
          "--truncate", arguments->truncate,
          "a text ends before this, where the model writes it (not the "
          "prompt); \"\": only at its length")
      ->capture_default_str();
  command
      ->add_option("--stop", arguments->stop,
                   "a text also ends before this, likewise; may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--include-prompt", options.include_prompt,
                    "repeat the prompt at the start of each text");
  command
      ->add_option("--weights", arguments->weights,
                   "bf16, int8 or int4: round the weights first, as artspeak "
                   "model quantize does; else as they are stored")
      ->check(CLI::IsMember({"bf16", "int8", "int4"}));
  command
      ->add_option("--seed", arguments->seed,
                   "the same seed gives the same texts; else one is drawn and "
                   "shown")
      ->check(IsSeed, "");
  AddKvOption(*command, options.kv);
  command
      ->add_option("--threads", arguments->threads, "0: one for each processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "print one JSON object");
  command->footer(
      "Example:\n"
      "  artspeak generate run1 --prompt \"The exhibition\" --nsamples 3 "
      "--seed 1");
  command->callback([arguments] { Run(*arguments); });
}

}  // namespace artspeak::app
