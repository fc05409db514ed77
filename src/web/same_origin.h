// Did a POST come from our own pages? Guards against forms on other sites that
// post here in a visitor's name.
#pragma once

#include "net/http_message.h"
#include "net/url.h"

namespace artspeak::web {

// By Sec-Fetch-Site (W3C Fetch Metadata) and Origin (RFC 6454): every browser
// of today sends the latter with a POST, so a request with neither is from a
// program, which cannot be tricked. Our own origin is `site` or, as one machine
// has several names, the Host that the request was sent to.
bool IsSameOrigin(const net::Request& request, const net::Url& site);

}  // namespace artspeak::web
