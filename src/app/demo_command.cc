// artspeak demo: the whole story on the example magazine, from its pages to a
// site that writes more of it. Each stage leaves its result in the demo's
// folder; a later start goes on with what is missing.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/demo_archive.h"
#include "app/demo_site.h"
#include "app/interrupt.h"
#include "app/say.h"
#include "app/service_roles.h"
#include "app/training_run.h"
#include "base/error.h"
#include "base/file.h"
#include "net/http_server.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

constexpr double kTrainingSeconds = 150;
constexpr const char* kRun = "magazine";
constexpr int kDefaultPort = 8080;

struct DemoArguments {
  std::optional<int> port;  // the configuration's, at first kDefaultPort
  fs::path directory = "demo";
};

int PortOf(const DemoArguments& arguments, const DemoSite& site) {
  if (arguments.port) return *arguments.port;
  if (!fs::exists(site.configuration())) return kDefaultPort;
  return LoadConfiguration(site.configuration()).site.port;
}

// Better now than after the training.
void CheckPort(int port) {
  net::HttpServer({.port = port},
                  [](const net::Request&) { return net::Response{}; });
}

TrainingRequest TrainingOf(const fs::path& dataset, const fs::path& directory) {
  TrainingRequest request;
  request.dataset = dataset;
  request.runs = directory / "runs";
  request.run_name = kRun;
  request.model = "new";
  // Two and a half minutes of two processors are few: two layers, small batches
  // and a vocabulary of nearly whole words learn the most in them.
  request.shape = {.layers = 2,
                   .width = 128,
                   .heads = 4,
                   .context = 256,
                   .vocab_size = 4096};
  request.seconds = kTrainingSeconds;
  request.adjust = [](train::TrainOptions& options) {
    options.batch_size = 2;
    options.schedule = {.kind = train::ScheduleKind::kCosine,
                        .learning_rate = 4e-3,
                        .minimum = 1e-4,
                        .warmup_steps = 100};
    options.optimizer.weight_decay = 0.1;
    options.optimizer.beta2 = 0.99;
    options.optimizer.clip_norm = 1;
    options.validation_fraction = 0.01;
    options.validate_every = 500;
    options.sample_every = 1000;
    options.save_every = 500;
  };
  return request;
}

void RunDemo(const DemoArguments& arguments) {
  const InterruptGuard interrupt;  // before any other thread
  const std::stop_token stop = interrupt.token();
  const fs::path& directory = arguments.directory;
  base::MakeDirectories(directory);
  const base::FileLock lock(directory / "lock");
  const DemoSite site = {directory};
  const int port = PortOf(arguments, site);
  CheckPort(port);
  const auto stopped = [&] {
    return base::Error(
        "stopped, and all so far is kept in {}: the same "
        "command goes on from here",
        directory.string());
  };

  const DemoArchive archive = {.database = directory / "archive.db",
                               .dataset = directory / "reviews.csv"};
  if (!fs::exists(archive.dataset)) {
    Say("1. An archive");
    if (!CollectMagazine(archive, stop)) throw stopped();
    ExportMagazine(archive);
  }
  if (stop.stop_requested()) throw stopped();

  Say("2. A model");
  const TrainingResult result =
      RunTraining(TrainingOf(archive.dataset, directory), stop);
  if (result.ending == train::Ending::kInterrupted) throw stopped();
  Say("It has learnt for {} steps and is in {}", result.step,
      result.model.string());

  Say("3. A page");
  PrepareSite(site, kRun, port);
  if (!WriteExamples(site, stop)) throw stopped();
  Configuration configuration = LoadConfiguration(site.configuration());
  if (configuration.site.port != port) {
    configuration.site.port = port;
    configuration.site.base_url =
        fmt::format("http://{}:{}", configuration.site.address, port);
  }
  ServiceOptions service;
  service.roles = {.web = true, .worker = true, .notifier = true};
  service.on_ready = [&](const std::string& address) {
    Say("The site is open: {} (Ctrl-C closes it, the same command opens it "
        "again; mails go to {})",
        address, configuration.mail.directory.string());
  };
  RunService(configuration, service, stop);
  Say("The site is closed.");
}

}  // namespace

void AddDemoCommand(CLI::App& app) {
  const auto arguments = std::make_shared<DemoArguments>();
  CLI::App* command = app.add_subcommand(
      "demo", "the whole story on an example magazine, in minutes");
  command->add_option("--port", arguments->port, "where the site opens [8080]")
      ->check(CLI::Range(1, 65535));
  command
      ->add_option("--directory", arguments->directory,
                   "keeps all that the demo makes; what is there is gone on "
                   "with")
      ->capture_default_str();
  command->footer("Example:\n  artspeak demo --port 9000 --directory demo");
  command->callback([arguments] { RunDemo(*arguments); });
}

}  // namespace artspeak::app
