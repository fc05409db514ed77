// What stands between the method and the version of a request line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace artspeak::net {

struct RequestTarget {
  std::string path;   // percent-decoded, begins with '/'
  std::string query;  // as sent, without the '?'
};

// Reads the origin form ("/a?b") and the absolute form ("http://host/a?b";
// RFC 9112, 3.2). Nothing for other forms, a malformed percent-encoding, a path
// that is not UTF-8, and control characters.
std::optional<RequestTarget> ParseRequestTarget(std::string_view target);

}  // namespace artspeak::net
