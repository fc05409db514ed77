#include "app/pull_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "app/configuration.h"
#include "app/interrupt.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/progress.h"
#include "exchange/hub_name.h"
#include "exchange/hub_settings.h"

namespace artspeak::app {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

struct PullOptions {
  std::string name;
  bool json = false;
};

// Of all files in the folder, which may be links.
int64_t BytesIn(const fs::path& folder) {
  int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      bytes += static_cast<int64_t>(entry.file_size());
    }
  }
  return bytes;
}

// Where the model is, and how it came there.
struct Pulled {
  fs::path directory;
  std::string story;
};

Pulled Bring(const exchange::HubName& name, const exchange::HubCache& cache,
             exchange::HubClient& hub) {
  const std::optional<fs::path> before = cache.Find();
  exchange::HubModel model;
  try {
    model = exchange::FindOnHub(hub, name);
  } catch (const exchange::HubUnreachable& error) {
    if (!before) throw;
    return {*before,
            fmt::format("is on this machine, as it was when it was pulled ({})",
                        error.what())};
  }
  if (exchange::IsPulled(cache, model)) {
    return {*before, "is on this machine already, and the newest there is"};
  }
  return {PullWithBar(hub, cache, model), "is on this machine now"};
}

void RunPull(const PullOptions& options) {
  const InterruptGuard interrupt;
  const auto name = exchange::ParseHubName(options.name);
  if (!name) {
    throw base::UsageError(
        "\"{}\" is no name of a model on the hub: say a size (124M, 355M, "
        "774M, 1558M), gpt2 or owner/name, and @revision if need be",
        options.name);
  }
  const exchange::HubCache cache = CacheOf(*name);
  base::SystemClock clock;
  exchange::HubClient hub = OpenHub(clock, interrupt.token());
  const Pulled pulled = Bring(*name, cache, hub);
  const int64_t bytes = BytesIn(pulled.directory);
  if (options.json) {
    const ordered_json answer = {
        {"model", name->repository},
        {"revision", name->revision},
        {"commit", pulled.directory.filename().string()},
        {"directory", pulled.directory.string()},
        {"bytes", bytes}};
    // A folder's name may hold any bytes.
    fmt::print("{}\n", answer.dump(-1, ' ', false,
                                   ordered_json::error_handler_t::replace));
    return;
  }
  fmt::print(
      "{} {}: {}, {}\n"
      "Next: artspeak generate {} --prompt \"The exhibition\"\n",
      name->text(), pulled.story, pulled.directory.string(), ByteText(bytes),
      name->text());
}

}  // namespace

std::string ByteText(int64_t bytes) {
  if (bytes < 1'000'000) return fmt::format("{} kB", (bytes + 999) / 1'000);
  return fmt::format("{} MB", (bytes + 500'000) / 1'000'000);
}

exchange::HubCache CacheOf(const exchange::HubName& name) {
  const fs::path folder = exchange::HubCacheFolder(SystemEnvironment);
  if (folder.empty()) {
    throw base::Error(
        "there is no place to keep {}: set HF_HOME to a folder for models",
        name.text());
  }
  return {folder, name};
}

exchange::HubClient OpenHub(base::Clock& clock, std::stop_token stop) {
  const auto tell = [](const std::string& sentence) {
    // On a terminal a bar may stand in this line; it is drawn again below.
    const char* clear = isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "";
    fmt::print(stderr, "{}{}\n", clear, sentence);
  };
  return {exchange::HubAccessFrom(SystemEnvironment), clock, std::move(stop),
          tell};
}

fs::path PullWithBar(exchange::HubClient& hub, const exchange::HubCache& cache,
                     const exchange::HubModel& model) {
  base::ProgressBar bar({.label = "pull", .unit = "bytes"});
  return exchange::Pull(hub, cache, model, bar.callback());
}

void AddPullCommand(CLI::App& model) {
  const auto options = std::make_shared<PullOptions>();
  CLI::App* command = model.add_subcommand(
      "pull", "bring a model from the Hugging Face hub to this machine");
  command
      ->add_option("name", options->name,
                   "124M, 355M, 774M, 1558M, gpt2 or owner/name, each with "
                   "@revision if need be")
      ->required();
  command->add_flag("--json", options->json, "answer as one JSON object");
  command->footer(
      "Models are kept in $HF_HUB_CACHE (else ~/.cache/huggingface/hub), as\n"
      "Hugging Face's own programs keep them. HF_TOKEN opens private models,\n"
      "HF_ENDPOINT names another hub.\n\n"
      "Example:\n  artspeak model pull 355M");
  command->callback([options] { RunPull(*options); });
}

}  // namespace artspeak::app
