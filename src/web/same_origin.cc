#include "web/same_origin.h"

#include <optional>
#include <string>

namespace artspeak::web {

bool IsSameOrigin(const net::Request& request, const net::Url& site) {
  if (const std::string* fetch = request.Find("Sec-Fetch-Site")) {
    if (*fetch != "same-origin" && *fetch != "none") return false;
  }
  const std::string* sent = request.Find("Origin");
  if (sent == nullptr) return true;
  const std::optional<net::Url> origin = net::ParseUrl(*sent);
  if (!origin) return false;  // "null" among them
  if (origin->origin() == site.origin()) return true;
  const std::string* host = request.Find("Host");
  if (host == nullptr) return false;
  // The proxy in front may speak https while we hear http.
  const std::optional<net::Url> asked =
      net::ParseUrl(origin->scheme + "://" + *host + "/");
  return asked && asked->origin() == origin->origin();
}

}  // namespace artspeak::web
