// The grammar of mail addresses that this house accepts.
#pragma once

#include <string_view>

namespace artspeak::service {

// A strict part of RFC 5321, 4.1.2: a dot-atom of at most 64 bytes, "@", and a
// domain of at least two labels; ASCII, at most 254 bytes. No quoted local
// parts, no address literals, no comments: nothing that could end a line or an
// SMTP command.
bool IsEmailAddress(std::string_view text);

}  // namespace artspeak::service
