// Dates in HTTP headers (RFC 9110, 5.6.7).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace artspeak::net {

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string FormatHttpDate(std::chrono::system_clock::time_point time);

// Reads that form and the older ones that servers still send; nothing when it
// is no date.
std::optional<std::chrono::sys_seconds> ParseHttpDate(std::string_view text);

}  // namespace artspeak::net
