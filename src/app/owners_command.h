// What the owner's commands below `artspeak admin` have in common.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace CLI {
class App;
}

namespace artspeak::app {

// Adds a command that takes --config, into `config`, and does `action`.
// `example`, which its help ends with, follows "artspeak admin ".
CLI::App* AddOwnersCommand(CLI::App& parent, const std::string& name,
                           const std::string& help, const std::string& example,
                           std::string& config, std::function<void()> action);

// The same with options that live as long as the command; one of them is
// `config`.
template <typename Options>
std::pair<CLI::App*, std::shared_ptr<Options>> AddOwnersCommand(
    CLI::App& parent, const std::string& name, const std::string& help,
    const std::string& example,
    std::type_identity_t<std::function<void(const Options&)>> action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddOwnersCommand(
      parent, name, help, example, options->config,
      [options, action = std::move(action)] { action(*options); });
  return {command, options};
}

}  // namespace artspeak::app
