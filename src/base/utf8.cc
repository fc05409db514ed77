#include "base/utf8.h"

#include <algorithm>
#include <cassert>

namespace artspeak::base {

namespace {

constexpr Utf8Character kInvalid = {0xFFFD, 1, false};

uint8_t ByteAt(std::string_view text, size_t i) {
  return static_cast<uint8_t>(text[i]);
}

// How long the character that starts with `lead` should be; 0 if none does.
int ExpectedBytes(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

}  // namespace

Utf8Character DecodeLongUtf8(std::string_view text) {
  assert(!text.empty());
  const uint8_t lead = ByteAt(text, 0);
  const int bytes = ExpectedBytes(lead);
  if (bytes == 1) return {lead, 1, true};
  if (bytes == 0 || text.size() < static_cast<size_t>(bytes)) return kInvalid;
  char32_t code_point = lead & (0x7F >> bytes);
  for (int i = 1; i < bytes; ++i) {
    const uint8_t byte = ByteAt(text, i);
    if ((byte & 0xC0) != 0x80) return kInvalid;
    code_point = code_point << 6 | (byte & 0x3F);
  }
  const bool overlong = (bytes == 3 && code_point < 0x800) ||
                        (bytes == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point < 0xE000;
  if (overlong || surrogate || code_point > 0x10FFFF) return kInvalid;
  return {code_point, bytes, true};
}

void AppendUtf8(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) {
    out.push_back(static_cast<char>(byte));
  };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = DecodeUtf8(text);
    if (!character.valid) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(DecodeUtf8(text).bytes);
  return count;
}

std::string_view Utf8Prefix(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  text = text.substr(0, bytes);
  text.remove_suffix(IncompleteUtf8Suffix(text));
  return text;
}

size_t IncompleteUtf8Suffix(std::string_view text) {
  const size_t longest = std::min<size_t>(3, text.size());
  for (size_t back = 1; back <= longest; ++back) {
    const uint8_t byte = ByteAt(text, text.size() - back);
    if ((byte & 0xC0) == 0x80) continue;
    return ExpectedBytes(byte) > static_cast<int>(back) ? back : 0;
  }
  return 0;
}

std::string ToValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = DecodeUtf8(text);
    AppendUtf8(character.code_point, out);
    text.remove_prefix(character.bytes);
  }
  return out;
}

std::string OneLine(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const Utf8Character character = DecodeUtf8(text);
    const char32_t c = character.code_point;
    const bool control =
        c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
    if (character.valid && !control) {
      line += text.substr(0, static_cast<size_t>(character.bytes));
    } else if (!line.ends_with(' ')) {
      line += ' ';
    }
    text.remove_prefix(static_cast<size_t>(character.bytes));
  }
  return line;
}

}  // namespace artspeak::base
