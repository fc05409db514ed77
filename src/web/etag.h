// Answers that a client may keep as long as they have not changed.
#pragma once

#include <string>
#include <string_view>

#include "net/http_message.h"

namespace artspeak::web {

// A strong one, quoted, of the content itself.
std::string ETagOf(std::string_view content);

// Whether the client has it already: by If-None-Match (RFC 9110, 13.1.2).
// `etag`: strong, quoted.
bool HasKnownETag(const net::Request& request, std::string_view etag);

// The response with the tag of its body; 304 without the body if the client
// has it already.
net::Response WithETag(const net::Request& request, net::Response response);

}  // namespace artspeak::web
