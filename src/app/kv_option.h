// --kv of the commands that run a model.
#pragma once

#include <optional>

#include "gpt2/kv_format.h"

namespace CLI {
class App;
}

namespace artspeak::app {

// The format of keys and values; left out, `kv` stays what it is. `kv` must
// outlive the command.
void AddKvOption(CLI::App& command, std::optional<gpt2::KvFormat>& kv);

}  // namespace artspeak::app
