#include "net/retry_after.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "net/http_date.h"

namespace artspeak::net {

std::optional<base::Seconds> ParseRetryAfter(std::string_view value,
                                             base::UnixTime now) {
  uint32_t seconds = 0;
  const char* const end = value.data() + value.size();
  const auto [stopped, fault] = std::from_chars(value.data(), end, seconds);
  if (fault == std::errc() && stopped == end) return base::Seconds(seconds);
  const auto date = ParseHttpDate(value);
  if (!date) return std::nullopt;
  return std::max(base::Seconds(0), base::Seconds(*date - now));
}

}  // namespace artspeak::net
