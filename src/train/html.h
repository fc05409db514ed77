// Text from anywhere as part of an HTML page.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::train {

// For an element's content and for attributes in double quotes: markup is
// escaped, bytes that are not UTF-8 and characters that HTML forbids become
// U+FFFD.
std::string EscapeHtml(std::string_view text);

}  // namespace artspeak::train
