// Where the hub is and where its models are kept, as the environment says: the
// same variables as those of the hub's Python library, huggingface_hub.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace artspeak::exchange {

// Answers as getenv does.
using EnvironmentVariable =
    std::function<std::optional<std::string>(const std::string& name)>;

// The cache of all models: $HF_HUB_CACHE, else $HF_HOME/hub, else
// $XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub. Empty when
// none of these is set.
std::filesystem::path HubCacheFolder(const EnvironmentVariable& environment);

struct HubAccess {
  std::string endpoint = "https://huggingface.co";  // $HF_ENDPOINT; no '/' last
  std::string token;  // $HF_TOKEN, else $HF_HOME/token; empty: none
};

// Throws Error when the file of the token cannot be read, or HF_ENDPOINT is no
// address.
HubAccess HubAccessFrom(const EnvironmentVariable& environment);

}  // namespace artspeak::exchange
