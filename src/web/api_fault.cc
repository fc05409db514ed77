#include "web/api_fault.h"

#include <nlohmann/json.hpp>

namespace artspeak::web {

namespace {

const char* TypeOf(int status) {
  if (status == 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

}  // namespace

std::string ApiFaultJson(const ApiFault& fault) {
  using Json = nlohmann::ordered_json;
  const auto or_null = [](const std::string& text) {
    return text.empty() ? Json() : Json(text);
  };
  const Json error = {{"message", fault.message},
                      {"type", TypeOf(fault.status)},
                      {"param", or_null(fault.param)},
                      {"code", or_null(fault.code)}};
  return Json{{"error", error}}.dump();
}

net::Response ApiFaultResponse(const ApiFault& fault) {
  return {.status = fault.status,
          .headers = {{"Content-Type", "application/json"},
                      {"Cache-Control", "no-store"}},
          .body = ApiFaultJson(fault) + "\n"};
}

}  // namespace artspeak::web
