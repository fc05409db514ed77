// Whether a client has already what it asks for.
#pragma once

#include <string_view>

#include "net/http_message.h"

namespace artspeak::web {

// By If-None-Match (RFC 9110, 13.1.2). `etag`: strong, quoted.
bool HasKnownETag(const net::Request& request, std::string_view etag);

}  // namespace artspeak::web
