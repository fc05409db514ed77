// Web addresses: taken apart, put together, resolved (RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace artspeak::net {

// An absolute http or https address in its normal form: host in lower case,
// default port left out, dot segments resolved, no fragment, no user name.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // "example.org", "127.0.0.1", "[::1]"
  std::string port;    // "" when it is the scheme's default
  std::string path;    // begins with '/'; percent-encoded
  std::string query;   // without '?'; "" when there is none

  std::string authority() const;  // "example.org" or "example.org:8080"
  std::string origin() const;     // "http://example.org:8080"
  std::string target() const;     // "/path?query"
  std::string text() const { return origin() + target(); }
};

// Nothing when `text` is not an absolute http or https address.
std::optional<Url> ParseUrl(std::string_view text);

// The address that `reference` (a link as it stands in a page) means on the
// page `base`. Nothing for other schemes (mailto:) and nonsense.
std::optional<Url> ResolveUrl(const Url& base, std::string_view reference);

// True for localhost, 127.0.0.0/8 and ::1 by name: nothing is looked up.
bool IsLoopback(const Url& url);

}  // namespace artspeak::net
