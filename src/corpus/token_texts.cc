#include "corpus/token_texts.h"

#include <algorithm>
#include <string_view>

#include "corpus/markers.h"

namespace artspeak::corpus {

std::vector<std::string> TextsOf(std::span<const int32_t> tokens,
                                 const text::Tokenizer& tokenizer,
                                 bool literal_markers) {
  std::vector<std::string> texts;
  if (literal_markers) {
    const std::string all = tokenizer.Decode(tokens);
    for (const std::string_view text : SplitAtMarkers(all)) {
      texts.emplace_back(text);
    }
    return texts;
  }
  while (!tokens.empty()) {
    const auto end =
        std::find(tokens.begin(), tokens.end(), tokenizer.end_of_text());
    const auto length = static_cast<size_t>(end - tokens.begin());
    if (length > 0) texts.push_back(tokenizer.Decode(tokens.first(length)));
    tokens = tokens.subspan(std::min(length + 1, tokens.size()));
  }
  return texts;
}

std::vector<std::string> PiecesOf(std::span<const std::string> texts,
                                  const text::Tokenizer& tokenizer,
                                  size_t length, size_t most) {
  std::vector<std::vector<text::TokenId>> pieces;
  for (const std::string& text : texts) {
    const std::vector<text::TokenId> tokens = tokenizer.Encode(text);
    for (size_t begin = 0; begin < tokens.size(); begin += length) {
      const size_t end = std::min(begin + length, tokens.size());
      pieces.emplace_back(tokens.begin() + static_cast<ptrdiff_t>(begin),
                          tokens.begin() + static_cast<ptrdiff_t>(end));
    }
  }
  const size_t count = std::min(most, pieces.size());
  std::vector<std::string> taken;
  for (size_t i = 0; i < count; ++i) {
    taken.push_back(tokenizer.Decode(pieces[i * pieces.size() / count]));
  }
  return taken;
}

}  // namespace artspeak::corpus
