// Where visitors find the site: every absolute link begins with it.
#pragma once

#include <string_view>

#include "net/url.h"

namespace artspeak::web {

// `base_url` as configured, "https://art.example". Throws Error unless it is an
// http or https address without path or query: the pages' own links begin with
// '/'.
net::Url ParseSiteAddress(std::string_view base_url);

}  // namespace artspeak::web
