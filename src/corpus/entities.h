// Character references of HTML in text that should have none left.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::corpus {

// Replaces "&amp;", "&#8217;" and "&#x2019;" (with their semicolon) by what
// they stand for: HTML 4's names of Latin-1 and typography (HTML 4.01, section
// 24), and all numbers as HTML reads them (128 to 159 are Windows-1252). Others
// stay as they are.
std::string DecodeEntities(std::string_view text);

}  // namespace artspeak::corpus
