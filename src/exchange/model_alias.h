// GPT-2's sizes by the names that people give them.
#pragma once

#include <optional>
#include <string_view>

namespace artspeak::exchange {

// The model hub's name of "124M", "355M", "774M" or "1558M": "gpt2" and so on.
// Nothing for any other word.
std::optional<std::string_view> HubNameOfSize(std::string_view size);

}  // namespace artspeak::exchange
