#include "text/words.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <new>

#include "base/utf8.h"
#include "text/character_kind.h"

namespace artspeak::text {

namespace {

// What a character is to a word.
enum class Part {
  kNone,    // ends it
  kLetter,  // begins it or goes on with it; a number too
  kWhole,   // begins it, and what is no mark ends it
  kMark,    // goes on with it
};

struct Range {
  char32_t first, last;
};

// Scripts without spaces between words, by their blocks (Unicode, Blocks.txt).
constexpr Range kUnspaced[] = {
    {0x0E00, 0x0EFF},    // Thai, Lao
    {0x0F00, 0x109F},    // Tibetan, Myanmar
    {0x1780, 0x17FF},    // Khmer
    {0x3005, 0x3007},    // ideographic marks and zero
    {0x3040, 0x30FF},    // Hiragana, Katakana
    {0x31F0, 0x31FF},    // Katakana extensions
    {0x3400, 0x9FFF},    // Chinese characters
    {0xF900, 0xFAFF},    // their compatibility forms
    {0xFF66, 0xFF9F},    // half-width Katakana
    {0x1B000, 0x1B16F},  // older kana
    {0x20000, 0x3FFFF},  // rarer Chinese characters
};

bool IsUnspaced(char32_t c) {
  if (c < kUnspaced[0].first) return false;
  const Range* range = std::lower_bound(
      std::begin(kUnspaced), std::end(kUnspaced), c,
      [](const Range& range, char32_t c) { return range.last < c; });
  return range != std::end(kUnspaced) && range->first <= c;
}

Part PartOf(char32_t c) {
  if (c < 0x80) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z');
    return letter ? Part::kLetter : Part::kNone;
  }
  switch (KindOf(c)) {
    case CharacterKind::kLetter:
      return IsUnspaced(c) ? Part::kWhole : Part::kLetter;
    case CharacterKind::kNumber:
      return Part::kLetter;
    default:
      break;
  }
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
      return Part::kMark;
    default:
      return Part::kNone;
  }
}

}  // namespace

bool WordReader::Next() {
  size_t at = end_;
  bool whole = false;
  bool inside = false;
  ascii_ = true;
  while (at < text_.size()) {
    const base::Utf8Character c = base::DecodeUtf8(text_.substr(at));
    const Part part = c.valid ? PartOf(c.code_point) : Part::kNone;
    if (inside) {
      const bool goes_on =
          part == Part::kMark || (part == Part::kLetter && !whole);
      if (!goes_on) break;
    } else if (part == Part::kLetter || part == Part::kWhole) {
      inside = true;
      whole = part == Part::kWhole;
      begin_ = at;
    }
    at += static_cast<size_t>(c.bytes);
    if (inside) ascii_ = ascii_ && c.bytes == 1;
  }
  end_ = at;
  if (inside) Fold();
  return inside;
}

void WordReader::Fold() {
  const std::string_view word = text_.substr(begin_, end_ - begin_);
  if (ascii_) {
    folded_.assign(word);
    for (char& c : folded_) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return;
  }
  utf8proc_uint8_t* result = nullptr;
  const utf8proc_ssize_t bytes = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(word.data()),
      static_cast<utf8proc_ssize_t>(word.size()), &result,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                     UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                     UTF8PROC_IGNORE));
  if (bytes < 0) throw std::bad_alloc();  // the text is valid
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(
      result, &std::free);
  folded_.assign(reinterpret_cast<const char*>(result),
                 static_cast<size_t>(bytes));
}

}  // namespace artspeak::text
