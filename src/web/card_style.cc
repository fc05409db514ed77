#include "web/card_style.h"

#include <optional>

namespace artspeak::web {

namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr size_t kMaxFamilies = 300;  // bytes

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// The text between "NAME:" and the next ';', where NAME is no longer name's
// end.
std::string_view ValueOf(std::string_view css, std::string_view name) {
  for (size_t at = css.find(name); at != std::string_view::npos;
       at = css.find(name, at + 1)) {
    const std::string_view rest = css.substr(at + name.size());
    const size_t colon = rest.find_first_not_of(kBlank);
    if (colon == std::string_view::npos || rest[colon] != ':') continue;
    const std::string_view value = rest.substr(colon + 1);
    return Trim(value.substr(0, value.find_first_of(";}")));
  }
  return {};
}

std::optional<uint32_t> ParseColour(std::string_view text) {
  if (!text.starts_with('#') || (text.size() != 4 && text.size() != 7)) {
    return std::nullopt;
  }
  uint32_t colour = 0;
  for (const char c : text.substr(1)) {
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return std::nullopt;
    }
    colour = colour << 4 | digit;
    if (text.size() == 4) colour = colour << 4 | digit;
  }
  return colour;
}

std::optional<CardFace> ParseFace(std::string_view text) {
  CardFace face;
  for (;;) {
    if (text.starts_with("italic ")) {
      face.italic = true;
    } else if (text.starts_with("bold ")) {
      face.bold = true;
    } else {
      break;
    }
    text = Trim(text.substr(text.find(' ')));
  }
  for (const char c : text) {
    if (c == '(') return std::nullopt;  // a function: only browsers know it
    if (kBlank.find(c) != std::string_view::npos) {
      if (!face.families.ends_with(' ')) face.families += ' ';
    } else if (c != '"' && c != '\'') {
      face.families += c;
    }
  }
  if (face.families.empty() || face.families.size() > kMaxFamilies) {
    return std::nullopt;
  }
  return face;
}

}  // namespace

CardStyle ReadCardStyle(std::string_view css) {
  CardStyle style;
  const auto colour = [&](std::string_view name, uint32_t& value) {
    value = ParseColour(ValueOf(css, name)).value_or(value);
  };
  colour("--wall", style.wall);
  colour("--ink", style.ink);
  colour("--dot", style.dot);
  const auto face = [&](std::string_view name, CardFace& value) {
    if (auto parsed = ParseFace(ValueOf(css, name))) value = *std::move(parsed);
  };
  face("--card-title", style.title);
  face("--card-text", style.text);
  return style;
}

}  // namespace artspeak::web
