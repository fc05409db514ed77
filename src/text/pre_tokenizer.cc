#include "text/pre_tokenizer.h"

#include <array>
#include <cassert>
#include <cstdint>

#include "base/utf8.h"
#include "text/character_kind.h"

namespace artspeak::text {

namespace {

using Kind = CharacterKind;

constexpr std::array<Kind, 128> MakeAsciiKinds() {
  std::array<Kind, 128> kinds{};
  for (char32_t c = 0; c < 128; ++c) {
    const char32_t lower = c | 0x20;
    kinds[c] = c == ' ' || (c >= '\t' && c <= '\r') ? Kind::kSpace
               : lower >= 'a' && lower <= 'z'       ? Kind::kLetter
               : c >= '0' && c <= '9'               ? Kind::kNumber
                                                    : Kind::kOther;
  }
  return kinds;
}

// Of KindOf, for most characters of most texts.
constexpr std::array<Kind, 128> kAsciiKinds = MakeAsciiKinds();

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
