// Which characters an XML document may hold.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::web {

// The text as valid UTF-8 of characters that XML 1.0 allows (2.2, Char): any
// other, which no escape could carry either, becomes U+FFFD.
std::string KeepXmlCharacters(std::string_view text);

}  // namespace artspeak::web
