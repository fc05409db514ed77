// UTF-8 as bytes: is it valid, how many characters, where may it be cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace artspeak::base {

// One decoded character. `bytes` is how many it took; an invalid byte decodes
// as U+FFFD, one byte long, with valid = false.
struct Utf8Character {
  char32_t code_point;
  int bytes;
  bool valid;
};

// As DecodeUtf8, which knows ASCII by itself.
Utf8Character DecodeLongUtf8(std::string_view text);

// Decodes the first character of `text`, which must not be empty. Rejects
// overlong forms, surrogates and values above U+10FFFF (RFC 3629).
inline Utf8Character DecodeUtf8(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  return DecodeLongUtf8(text);
}

void AppendUtf8(char32_t code_point, std::string& out);

bool IsValidUtf8(std::string_view text);

// The number of code points; an invalid byte counts as one.
size_t CountCodePoints(std::string_view text);

// The longest prefix of at most `bytes` bytes that does not cut a character.
std::string_view Utf8Prefix(std::string_view text, size_t bytes);

// How many bytes at the end of `text` begin a character that is not complete
// yet (0 to 3).
size_t IncompleteUtf8Suffix(std::string_view text);

// The text with every invalid byte replaced by U+FFFD.
std::string ToValidUtf8(std::string_view text);

// The text on one line that a terminal and a log may show: control characters
// (C1 ones too, which some terminals obey), line ends and invalid bytes become
// spaces, several in a row one.
std::string OneLine(std::string_view text);

}  // namespace artspeak::base
