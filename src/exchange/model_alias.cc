#include "exchange/model_alias.h"

#include <utility>

namespace artspeak::exchange {

std::optional<std::string_view> HubNameOfSize(std::string_view size) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"124M", "gpt2"},
      {"355M", "gpt2-medium"},
      {"774M", "gpt2-large"},
      {"1558M", "gpt2-xl"}};
  for (const auto& [alias, name] : kNames) {
    if (alias == size) return name;
  }
  return std::nullopt;
}

}  // namespace artspeak::exchange
