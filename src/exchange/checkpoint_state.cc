#include "exchange/checkpoint_state.h"

#include <algorithm>

namespace artspeak::exchange {

namespace {

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char lower = static_cast<char>(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// One escape of a quoted text, its backslash gone, cut off the front of `rest`
// (protocol buffers' text format, "String Literals").
char TakeEscape(std::string_view& rest) {
  const char letter = rest.front();
  rest.remove_prefix(1);
  const auto digits = [&](size_t most, int base, int value) {
    for (; most > 0 && !rest.empty(); --most) {
      const int digit = HexValue(rest.front());
      if (digit < 0 || digit >= base) break;
      value = value * base + digit;
      rest.remove_prefix(1);
    }
    return static_cast<char>(value);
  };
  if (letter >= '0' && letter <= '7') return digits(2, 8, letter - '0');
  switch (letter) {
    case 'x':
    case 'X':
      return digits(2, 16, 0);
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return letter;  // a quote or a backslash
  }
}

// A text in quotes at the front of `rest`; nothing if it is none.
std::optional<std::string> ParseQuoted(std::string_view rest) {
  if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) return {};
  const char quote = rest.front();
  rest.remove_prefix(1);
  std::string text;
  while (!rest.empty()) {
    const char next = rest.front();
    rest.remove_prefix(1);
    if (next == quote) return text;
    if (next != '\\') {
      text += next;
    } else if (!rest.empty()) {
      text += TakeEscape(rest);
    }
  }
  return {};
}

void SkipSpaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r"), text.size()));
}

}  // namespace

std::optional<std::string> CheckpointPathIn(std::string_view text) {
  static constexpr std::string_view kField = "model_checkpoint_path";
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    SkipSpaces(line);
    if (!line.starts_with(kField)) continue;
    line.remove_prefix(kField.size());
    SkipSpaces(line);
    if (!line.starts_with(':')) continue;
    line.remove_prefix(1);
    SkipSpaces(line);
    return ParseQuoted(line);
  }
  return {};
}

}  // namespace artspeak::exchange
