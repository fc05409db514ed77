#include "web/paragraphs.h"

#include "base/utf8.h"

namespace artspeak::web {

namespace {

// Marks that would turn the direction of the page beyond their text (Unicode
// Standard Annex 9) and characters that are none.
bool IsInvisible(char32_t c) {
  return (c < 0x20 && c != '\n') || (c >= 0x7f && c <= 0x9f) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0xfeff;
}

// Line ends as \n, separators of lines too; every invisible one a space.
std::string Clean(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    if (text[0] >= ' ' && text[0] <= '~') {  // most of it
      clean += text[0];
      text.remove_prefix(1);
      continue;
    }
    const base::Utf8Character c = base::DecodeUtf8(text);
    const bool return_only =
        text.starts_with('\r') && !text.starts_with("\r\n");
    text.remove_prefix(static_cast<size_t>(c.bytes));
    if (c.code_point == '\r' && !return_only) continue;
    if (return_only || c.code_point == 0x2028 || c.code_point == 0x2029) {
      clean += '\n';
    } else if (IsInvisible(c.code_point)) {
      clean += ' ';
    } else {
      base::AppendUtf8(c.code_point, clean);
    }
  }
  return clean;
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

}  // namespace

std::vector<std::string> SplitParagraphs(std::string_view text) {
  const std::string clean = Clean(text);
  // Lines without the blanks around them; an empty one ends a paragraph.
  std::vector<std::string_view> lines;
  bool has_empty_line = false;
  std::string_view rest = Trim(clean);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    lines.push_back(Trim(rest.substr(0, end)));
    has_empty_line |= lines.back().empty();
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  std::vector<std::string> paragraphs;
  bool open = false;
  for (const std::string_view line : lines) {
    if (line.empty()) {
      open = false;
    } else if (open && has_empty_line) {
      paragraphs.back().append("\n").append(line);
    } else {
      paragraphs.emplace_back(line);
      open = true;
    }
  }
  return paragraphs;
}

std::string Shorten(std::string_view text, size_t characters) {
  std::string line;
  for (const char c : Clean(text)) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || !line.ends_with(' ')) line += blank ? ' ' : c;
  }
  std::string_view rest = Trim(line);
  if (base::CountCodePoints(rest) <= characters) return std::string(rest);
  std::string_view kept = rest;
  for (size_t i = 0; i < characters; ++i) {
    rest.remove_prefix(static_cast<size_t>(base::DecodeUtf8(rest).bytes));
  }
  kept.remove_suffix(rest.size());
  // Not in the middle of a word, unless that costs half of it.
  if (const size_t space = kept.rfind(' ');
      space != std::string_view::npos && space >= kept.size() / 2) {
    kept = kept.substr(0, space);
  }
  return std::string(Trim(kept)) + "…";
}

}  // namespace artspeak::web
