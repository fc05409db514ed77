#include "decode/banned_texts.h"

#include <algorithm>
#include <cstdint>

namespace artspeak::decode {

BannedTexts::BannedTexts(const std::vector<std::string>& texts,
                         const text::Tokenizer& tokenizer)
    : tokenizer_(tokenizer) {
  if (texts.empty()) return;
  for (const std::string& text : texts) patterns_.push_back(MakePattern(text));
  for (text::TokenId token = 0; token < tokenizer.vocab_size(); ++token) {
    const std::string_view bytes = tokenizer.TokenBytes(token);
    const bool has_one =
        std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
          return bytes.find(text) != bytes.npos;
        });
    if (has_one) {
      next_.push_back(token);
    } else if (!bytes.empty()) {
      tokens_by_byte_[static_cast<uint8_t>(bytes[0])].push_back(token);
    }
  }
  never_ = next_.size();
}

BannedTexts::Pattern BannedTexts::MakePattern(const std::string& text) {
  Pattern pattern{text, {0, 0}};
  // The borders are found by matching the text, from its second byte, with
  // itself.
  for (size_t i = 1; i < text.size(); ++i) {
    Advance(pattern, text[i]);
    pattern.borders.push_back(pattern.matched);
  }
  pattern.matched = 0;
  return pattern;
}

void BannedTexts::Advance(Pattern& pattern, char byte) {
  size_t& matched = pattern.matched;
  while (matched > 0 && pattern.text[matched] != byte) {
    matched = pattern.borders[matched];
  }
  if (pattern.text[matched] == byte) ++matched;
  if (matched == pattern.text.size()) matched = pattern.borders[matched];
}

void BannedTexts::Push(text::TokenId token) {
  for (Pattern& pattern : patterns_) {
    for (const char byte : tokenizer_.TokenBytes(token)) Advance(pattern, byte);
  }
}

std::span<const text::TokenId> BannedTexts::Next() {
  next_.resize(never_);
  for (const Pattern& pattern : patterns_) {
    for (size_t n = pattern.matched; n > 0; n = pattern.borders[n]) {
      const auto rest = std::string_view(pattern.text).substr(n);
      for (const text::TokenId token :
           tokens_by_byte_[static_cast<uint8_t>(rest[0])]) {
        if (tokenizer_.TokenBytes(token).starts_with(rest)) {
          next_.push_back(token);
        }
      }
    }
  }
  return next_;
}

}  // namespace artspeak::decode
