#include "text/pre_tokenizer.h"

#include <utf8proc.h>

#include <array>
#include <cassert>
#include <cstdint>

#include "base/utf8.h"

namespace artspeak::text {

namespace {

enum class Kind : uint8_t { kSpace, kLetter, kNumber, kOther };

// The property White_Space (Unicode, PropList.txt).
constexpr bool IsWhiteSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

constexpr std::array<Kind, 128> MakeAsciiKinds() {
  std::array<Kind, 128> kinds{};
  for (char32_t c = 0; c < 128; ++c) {
    const char32_t lower = c | 0x20;
    kinds[c] = IsWhiteSpace(c)                ? Kind::kSpace
               : lower >= 'a' && lower <= 'z' ? Kind::kLetter
               : c >= U'0' && c <= U'9'       ? Kind::kNumber
                                              : Kind::kOther;
  }
  return kinds;
}

constexpr std::array<Kind, 128> kAsciiKinds = MakeAsciiKinds();

Kind KindOf(char32_t c) {
  if (c < 128) return kAsciiKinds[c];
  if (IsWhiteSpace(c)) return Kind::kSpace;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Kind::kLetter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::kNumber;
    default:
      return Kind::kOther;
  }
}

struct Character {
  Kind kind;
  size_t bytes;
};

Character CharacterAt(std::string_view text, size_t i) {
  const auto byte = static_cast<uint8_t>(text[i]);
  if (byte < 128) return {kAsciiKinds[byte], 1};
  const base::Utf8Character c = base::DecodeUtf8(text.substr(i));
  if (!c.valid) return {Kind::kOther, 1};
  return {KindOf(c.code_point), static_cast<size_t>(c.bytes)};
}

// How long the contraction at the start of `text` is; 0 if there is none.
size_t Contraction(std::string_view text) {
  for (const std::string_view ending :
       {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (text.starts_with(ending)) return ending.size();
  }
  return 0;
}

}  // namespace

std::string_view NextPiece(std::string_view text) {
  assert(!text.empty());
  if (text[0] == '\'') {
    if (const size_t bytes = Contraction(text)) return text.substr(0, bytes);
  }

  Character c = CharacterAt(text, 0);
  size_t end = c.bytes;
  if (text[0] == ' ' && end < text.size()) {
    // " ?": one plain space belongs to the word after it.
    const Character next = CharacterAt(text, end);
    if (next.kind != Kind::kSpace) {
      c = next;
      end += next.bytes;
    }
  }
  const Kind kind = c.kind;
  size_t last = end - c.bytes;  // where the last character of the run starts
  while (end < text.size()) {
    const Character next = CharacterAt(text, end);
    if (next.kind != kind) break;
    last = end;
    end += next.bytes;
  }
  // "\s+(?!\S)": before a word, a run of white space leaves its last character
  // to the next piece, unless it is the only one ("\s+").
  const bool word_follows = end < text.size();
  if (kind == Kind::kSpace && word_follows && last > 0) end = last;
  return text.substr(0, end);
}

}  // namespace artspeak::text
