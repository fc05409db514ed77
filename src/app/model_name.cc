#include "app/model_name.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include "app/configuration.h"
#include "app/pull_command.h"
#include "base/clock.h"
#include "base/error.h"
#include "exchange/hub_name.h"
#include "exchange/hub_settings.h"
#include "exchange/tensorflow_checkpoint.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

std::optional<fs::path> FindInHubCache(const std::string& name) {
  const auto hub_name = exchange::ParseHubName(name);
  const fs::path cache = exchange::HubCacheFolder(SystemEnvironment);
  if (!hub_name || cache.empty()) return std::nullopt;
  return exchange::HubCache(cache, *hub_name).Find();
}

// RUN/best is a model where validation was measured.
void RefuseRunWithoutBest(fs::path name, const fs::path& runs) {
  if (!name.has_filename()) name = name.parent_path();  // "run1/best/"
  if (name.filename() != "best") return;
  const fs::path run = name.parent_path();
  if (run.empty()) return;
  std::error_code fault;
  if (!fs::is_directory(runs / run / "latest", fault) &&
      !fs::is_directory(run / "latest", fault)) {
    return;
  }
  throw base::Error(
      "{} has no best checkpoint, since no validation loss was measured: name "
      "{} for its last one",
      run.string(), run.string());
}

std::optional<fs::path> Find(const std::string& name, const fs::path& runs) {
  if (name.empty()) return std::nullopt;
  std::error_code fault;  // an unreadable place is no model either
  const fs::path folder = name;
  if (fs::exists(folder / "config.json", fault)) return folder;
  // A run's own folder is meant as its model.
  if (fs::is_directory(folder / "model", fault)) return folder / "model";
  if (exchange::IsTensorflowCheckpoint(folder)) return folder;
  const fs::path model = runs / name / "model";
  if (fs::is_directory(model, fault)) return model;
  RefuseRunWithoutBest(folder, runs);
  if (auto found = FindInHubCache(name)) return found;
  // Last, so that a folder of that name with other things in it, the data set
  // say, does not stand before a run; what it lacks is said when it is read.
  if (fs::is_directory(folder, fault)) return folder;
  return std::nullopt;
}

fs::path RefuseTensorflow(fs::path folder) {
  std::error_code fault;
  if (!fs::exists(folder / "config.json", fault) &&
      exchange::IsTensorflowCheckpoint(folder)) {
    throw base::Error(
        "{} is a TensorFlow checkpoint: import it with `artspeak model import "
        "{} --output DIR` and name DIR",
        folder.string(), folder.string());
  }
  return folder;
}

// A name worth asking the hub for: one of GPT-2's, or owner/name. Other words
// are mistyped runs, and what begins with a folder is a mistyped path.
std::optional<exchange::HubName> NameToOffer(const std::string& name) {
  const auto hub_name = exchange::ParseHubName(name);
  if (!hub_name) return std::nullopt;
  const std::string& repository = hub_name->repository;
  const size_t slash = repository.find('/');
  if (slash == std::string::npos) {
    const bool is_gpt2 =
        repository == "gpt2" || repository.starts_with("gpt2-");
    return is_gpt2 ? hub_name : std::nullopt;
  }
  std::error_code fault;
  if (fs::exists(repository.substr(0, slash), fault)) return std::nullopt;
  return hub_name;
}

[[noreturn]] void RefuseMissing(const std::string& name, const fs::path& runs) {
  std::string advice = fmt::format(
      "give a folder that holds config.json and model.safetensors, or the name "
      "of a run in {}/",
      runs.string());
  if (const auto hub_name = NameToOffer(name)) {
    advice += fmt::format(
        ", or bring it from the hub: `artspeak model pull {}`", name);
  }
  throw base::Error("there is no model {}: {}", name, advice);
}

// One line of standard input; nothing at its end or when stopped.
std::string ReadAnswer(std::stop_token stop) {
  constexpr int kLookUpEvery = 100;  // milliseconds
  std::string line;
  while (!stop.stop_requested()) {
    pollfd input = {STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, kLookUpEvery) <= 0) continue;
    char c = 0;
    if (read(STDIN_FILENO, &c, 1) != 1 || c == '\n') return line;
    line += c;
  }
  return "";
}

fs::path OfferToPull(const std::string& name, const exchange::HubName& hub_name,
                     std::stop_token stop) {
  const exchange::HubCache cache = CacheOf(hub_name);
  base::SystemClock clock;
  exchange::HubClient hub = OpenHub(clock, stop);
  exchange::HubModel model;
  try {
    model = exchange::FindOnHub(hub, hub_name);
  } catch (const base::Error& error) {
    throw base::Error("there is no model {} here: {}", name, error.what());
  }
  fmt::print(stderr,
             "{} ({}) is not on this machine: pull it from {} now? "
             "[y/N] ",
             hub_name.text(), ByteText(model.bytes()), hub.host());
  std::fflush(stderr);
  const std::string answer = ReadAnswer(stop);
  if (answer != "y" && answer != "Y" && answer != "yes") {
    throw base::Error("{} was not pulled: `artspeak model pull {}` does it",
                      hub_name.text(), name);
  }
  return PullWithBar(hub, cache, model);
}

fs::path FindOrOffer(const std::string& name, const fs::path& runs,
                     std::stop_token stop) {
  if (auto found = Find(name, runs)) return *std::move(found);
  const auto hub_name = NameToOffer(name);
  if (hub_name && isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0) {
    return OfferToPull(name, *hub_name, std::move(stop));
  }
  RefuseMissing(name, runs);
}

}  // namespace

fs::path ModelDirectory(const std::string& name, const fs::path& runs,
                        std::stop_token stop) {
  return RefuseTensorflow(FindOrOffer(name, runs, std::move(stop)));
}

fs::path LocalModelDirectory(const std::string& name, const fs::path& runs) {
  if (auto found = Find(name, runs)) return RefuseTensorflow(*std::move(found));
  RefuseMissing(name, runs);
}

fs::path TokenizerDirectory(const std::string& name) {
  return FindOrOffer(name, "runs", {});
}

}  // namespace artspeak::app
