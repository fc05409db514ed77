// How long a busy server asks to be left alone (RFC 9110, 10.2.3).
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace artspeak::net {

// The value of a Retry-After header, seconds or a date, as seconds from `now`:
// never below 0. Nothing when it is neither.
std::optional<base::Seconds> ParseRetryAfter(std::string_view value,
                                             base::UnixTime now);

}  // namespace artspeak::net
