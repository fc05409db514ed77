#include "web/site_address.h"

#include <optional>

#include "base/error.h"

namespace artspeak::web {

net::Url ParseSiteAddress(std::string_view base_url) {
  const std::optional<net::Url> url = net::ParseUrl(base_url);
  if (!url || url->target() != "/") {
    throw base::Error(
        "the site's base_url “{}” is not an address like “https://art.example”",
        base_url);
  }
  return *url;
}

}  // namespace artspeak::web
