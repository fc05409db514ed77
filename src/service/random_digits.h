// Names that cannot be guessed, in digits that survive being read aloud.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace artspeak::service {

// Crockford's base 32: digits and lower-case letters without i, l, o, u.
inline constexpr std::string_view kBase32Digits =
    "0123456789abcdefghjkmnpqrstvwxyz";

// `count` digits of base 32, five bits each, from the system's random source.
std::string RandomDigits(size_t count);

}  // namespace artspeak::service
