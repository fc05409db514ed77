// The head of an answer as it is sent (RFC 9112, 3 and 5).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "net/http_message.h"

namespace artspeak::net {

// False if the status is no final one, or a header's name or value could break
// the message.
bool CanBeSent(const Response& response);

struct HeadOptions {
  std::chrono::sys_seconds date;
  int status = 0;  // in place of the response's; 0: that
  std::optional<size_t> content_length = {};
  bool chunked = false;
  bool close = false;
};

// From "HTTP/1.1 200 OK" to the empty line. Content-Length, Transfer-Encoding,
// Date and Connection are those of `options`; the response's own are left out.
std::string FormatHead(const Response& response, const HeadOptions& options);

}  // namespace artspeak::net
