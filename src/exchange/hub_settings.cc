#include "exchange/hub_settings.h"

#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "net/url.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;

namespace {

// A variable that is set to nothing counts as not set.
std::string Value(const EnvironmentVariable& environment,
                  const std::string& name) {
  return environment(name).value_or("");
}

// $HF_HOME or its default; empty without a home.
fs::path HubHome(const EnvironmentVariable& environment) {
  if (const auto home = Value(environment, "HF_HOME"); !home.empty()) {
    return home;
  }
  if (const auto cache = Value(environment, "XDG_CACHE_HOME"); !cache.empty()) {
    return fs::path(cache) / "huggingface";
  }
  if (const auto home = Value(environment, "HOME"); !home.empty()) {
    return fs::path(home) / ".cache" / "huggingface";
  }
  return {};
}

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return "";
  return std::string(
      text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1));
}

}  // namespace

fs::path HubCacheFolder(const EnvironmentVariable& environment) {
  if (const auto cache = Value(environment, "HF_HUB_CACHE"); !cache.empty()) {
    return cache;
  }
  const fs::path home = HubHome(environment);
  return home.empty() ? home : home / "hub";
}

HubAccess HubAccessFrom(const EnvironmentVariable& environment) {
  HubAccess access;
  if (auto endpoint = Value(environment, "HF_ENDPOINT"); !endpoint.empty()) {
    while (endpoint.ends_with('/')) endpoint.pop_back();
    if (!net::ParseUrl(endpoint)) {
      throw base::Error(
          "HF_ENDPOINT is \"{}\", which is no address of the web: it begins "
          "with https://",
          endpoint);
    }
    access.endpoint = std::move(endpoint);
  }
  access.token = Trimmed(Value(environment, "HF_TOKEN"));
  const fs::path home = HubHome(environment);
  const fs::path file = home / "token";
  std::error_code none;
  // Without a home, the file would be one of the present folder.
  if (access.token.empty() && !home.empty() &&
      fs::is_regular_file(file, none)) {
    access.token = Trimmed(base::ReadFile(file));
  }
  return access;
}

}  // namespace artspeak::exchange
