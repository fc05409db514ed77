#include "app/owners_command.h"

#include <CLI/CLI.hpp>

namespace artspeak::app {

CLI::App* AddOwnersCommand(CLI::App& parent, const std::string& name,
                           const std::string& help, const std::string& example,
                           std::string& config, std::function<void()> action) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->footer("Example:\n  artspeak admin " + example);
  command->add_option("--config", config,
                      "the configuration (default: artspeak.toml, if it is "
                      "there)");
  command->callback(std::move(action));
  return command;
}

}  // namespace artspeak::app
