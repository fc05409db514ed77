// artspeak serve | web | worker | notifier: the site, whole or in parts.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/interrupt.h"
#include "app/service_roles.h"

namespace artspeak::app {

namespace {

struct ServeOptions {
  std::string config;
  ServiceOptions service;
};

void AddRole(CLI::App& app, const std::string& name, const std::string& help,
             ServiceRoles roles) {
  const auto options = std::make_shared<ServeOptions>();
  options->service.roles = roles;
  CLI::App* command = app.add_subcommand(name, help);
  command->footer("Example:\n  artspeak " + name +
                  " --config artspeak.toml\n\nEnds in order at Ctrl-C or "
                  "SIGTERM. docs/operations.md explains the file.");
  command->add_option("--config", options->config,
                      "the configuration (default: artspeak.toml, if it is "
                      "there)");
  if (roles.worker) {
    command
        ->add_option("--threads", options->service.threads,
                     "threads to work with (default: one a processor)")
        ->check(CLI::Range(1, 1024));
  }
  command->callback([options] {
    const InterruptGuard interrupt;
    RunService(ConfigurationFor(options->config), options->service,
               interrupt.token());
  });
}

}  // namespace

void AddServeCommands(CLI::App& app) {
  AddRole(app, "serve", "run the site: web, worker and notifier in one process",
          {.web = true, .worker = true, .notifier = true});
  AddRole(app, "web", "run the site's pages alone", {.web = true});
  AddRole(app, "worker", "run a worker alone: it writes the texts",
          {.worker = true});
  AddRole(app, "notifier", "run the notifier alone: it sends the mails",
          {.notifier = true});
}

}  // namespace artspeak::app
