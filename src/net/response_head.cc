#include "net/response_head.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "net/http_date.h"

namespace artspeak::net {

namespace {

bool IsToken(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           kSymbols.find(c) != std::string_view::npos;
  });
}

bool IsTheServers(const std::string& name) {
  constexpr std::array<std::string_view, 4> kNames = {
      "Content-Length", "Transfer-Encoding", "Date", "Connection"};
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view known) {
    return name.size() == known.size() &&
           strncasecmp(name.data(), known.data(), known.size()) == 0;
  });
}

}  // namespace

bool CanBeSent(const Response& response) {
  constexpr std::string_view kForbidden("\r\n\0", 3);
  if (response.status < 200 || response.status > 599) return false;
  return std::all_of(response.headers.begin(), response.headers.end(),
                     [&](const Header& header) {
                       return IsToken(header.name) &&
                              header.value.find_first_of(kForbidden) ==
                                  std::string::npos;
                     });
}

std::string FormatHead(const Response& response, const HeadOptions& options) {
  std::string head;
  head.reserve(768);
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  const int status = options.status != 0 ? options.status : response.status;
  head.append("HTTP/1.1 ").append(std::to_string(status));
  head.append(" ").append(StatusText(status)).append("\r\n");
  for (const Header& header : response.headers) {
    if (!IsTheServers(header.name)) add(header.name, header.value);
  }
  add("Date", FormatHttpDate(options.date));
  if (options.content_length) {
    add("Content-Length", std::to_string(*options.content_length));
  }
  if (options.chunked) add("Transfer-Encoding", "chunked");
  if (options.close) add("Connection", "close");
  return head.append("\r\n");
}

}  // namespace artspeak::net
