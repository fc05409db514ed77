#include "web/xml_characters.h"

#include "base/utf8.h"

namespace artspeak::web {

namespace {

constexpr char32_t kReplacement = 0xfffd;

// Surrogates do not come out of UTF-8.
bool IsXmlCharacter(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c != 0xfffe && c != 0xffff;
}

}  // namespace

std::string KeepXmlCharacters(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  while (!text.empty()) {
    const base::Utf8Character c = base::DecodeUtf8(text);
    text.remove_prefix(static_cast<size_t>(c.bytes));
    base::AppendUtf8(IsXmlCharacter(c.code_point) ? c.code_point : kReplacement,
                     kept);
  }
  return kept;
}

}  // namespace artspeak::web
