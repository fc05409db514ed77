#include "train/html.h"

#include "base/utf8.h"

namespace artspeak::train {

namespace {

// HTML Living Standard, "control-character-reference" and "noncharacter": what
// may not stand in a document.
bool IsForbidden(char32_t c) {
  if (c == '\t' || c == '\n') return false;
  if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;
  return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const base::Utf8Character c = base::DecodeUtf8(text);
    if (c.code_point == '&') {
      escaped += "&amp;";
    } else if (c.code_point == '<') {
      escaped += "&lt;";
    } else if (c.code_point == '>') {
      escaped += "&gt;";
    } else if (c.code_point == '"') {
      escaped += "&quot;";
    } else {
      base::AppendUtf8(IsForbidden(c.code_point) ? 0xfffd : c.code_point,
                       escaped);
    }
    text.remove_prefix(static_cast<size_t>(c.bytes));
  }
  return escaped;
}

}  // namespace artspeak::train
