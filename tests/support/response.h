// What a test looks for in an answer.
#pragma once

#include <string>
#include <string_view>

#include "net/http_message.h"

namespace artspeak::testing {

// Empty if there is none.
inline std::string HeaderOf(const net::Response& response,
                            std::string_view name) {
  const std::string* value = net::FindHeader(response.headers, name);
  return value == nullptr ? "" : *value;
}

// In the body.
inline bool Has(const net::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

}  // namespace artspeak::testing
