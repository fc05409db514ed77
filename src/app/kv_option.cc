#include "app/kv_option.h"

#include <CLI/CLI.hpp>
#include <string>

#include "base/error.h"

namespace artspeak::app {

void AddKvOption(CLI::App& command, std::optional<gpt2::KvFormat>& kv) {
  command.add_option_function<std::string>(
      "--kv",
      [&kv](const std::string& name) {
        try {
          kv = gpt2::ParseKvFormat(name);
        } catch (const base::Error& error) {
          throw CLI::ValidationError("--kv", error.what());
        }
      },
      "how attention's keys and values are kept: bf16, int8, fp32 (default: "
      "fp32 with weights in floats, else bf16)");
}

}  // namespace artspeak::app
