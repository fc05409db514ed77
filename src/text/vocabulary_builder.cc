#include "text/vocabulary_builder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "text/byte_symbols.h"

namespace artspeak::text {

using base::Error;

namespace {

// <pad>, [MASK]: a token that no merge makes and none has to.
bool LooksSpecial(std::string_view token) {
  return (token.starts_with('<') && token.ends_with('>')) ||
         (token.starts_with('[') && token.ends_with(']'));
}

}  // namespace

VocabularyBuilder::VocabularyBuilder(TokenIds ids, const std::string& file)
    : ids_(ids.size()) {
  if (ids.empty()) {
    throw Error("{} holds no tokens: copy it again", file);
  }
  vocabulary_.tokens.resize(ids.size());
  std::vector<bool> seen(ids.size());
  for (const auto& [symbols, id] : ids) {
    // The ids of a whole vocabulary are 0 to size - 1, each once.
    if (id >= ids.size() || seen[id]) {
      throw Error(
          "{} gives the token \"{}\" the id {}, where each of 0 to {} belongs "
          "once: copy the file again",
          file, ShownToken(symbols), id, ids.size() - 1);
    }
    std::optional<std::string> bytes = SymbolsToBytes(symbols);
    if (!bytes) {
      throw Error(
          "{} holds the token \"{}\", which is not written in GPT-2's byte "
          "symbols: use a byte-level vocabulary",
          file, ShownToken(symbols));
    }
    if (bytes->empty() || !ids_.Add(*bytes, static_cast<TokenId>(id))) {
      throw Error(
          "{} holds the token \"{}\", which is empty or there twice: copy the "
          "file again",
          file, ShownToken(symbols));
    }
    seen[id] = true;
    vocabulary_.tokens[id] = std::move(*bytes);
  }
}

TokenId VocabularyBuilder::IdOf(std::string_view symbols) const {
  const std::optional<std::string> bytes = SymbolsToBytes(symbols);
  return bytes ? ids_.Find(*bytes) : TokenTable::kNone;
}

bool VocabularyBuilder::Merge(std::string_view left, std::string_view right) {
  const std::pair merge(IdOf(left), IdOf(right));
  if (merge.first == TokenTable::kNone || merge.second == TokenTable::kNone) {
    return false;
  }
  vocabulary_.merges.push_back(merge);
  return true;
}

void VocabularyBuilder::AddTokens(TokenIds ids, const std::string& file) {
  std::vector<std::string>& tokens = vocabulary_.tokens;
  // Files list them in any order.
  std::sort(ids.begin(), ids.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  for (auto& [text, id] : ids) {
    const bool is_next = id == tokens.size();
    if (text.empty() || id > tokens.size() ||
        (!is_next && tokens[id] != text)) {
      throw Error(
          "{} adds the token \"{}\" as {}, where an id is of another token or "
          "left out: copy the tokenizer's files again from the same model",
          file, ShownToken(text), id);
    }
    if (text != kEndOfText) {
      vocabulary_.added.push_back(static_cast<TokenId>(id));
    }
    if (is_next) tokens.push_back(std::move(text));
  }
}

Vocabulary VocabularyBuilder::Finish(const std::string& file) && {
  const std::vector<std::string>& tokens = vocabulary_.tokens;
  // Merges that were cut at the end of a line look whole: only the tokens that
  // they no longer make tell.
  std::vector<bool> made(tokens.size());
  for (const auto& [left, right] : vocabulary_.merges) {
    const TokenId product = ids_.Find(tokens[left] + tokens[right]);
    if (product != TokenTable::kNone) made[product] = true;
  }
  for (const TokenId id : vocabulary_.added) made[id] = true;
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].size() > 1 && !made[id] && !LooksSpecial(tokens[id])) {
      throw Error(
          "{} is truncated or of another model: none of its merges makes the "
          "token \"{}\"; copy the tokenizer's files again from the same model",
          file, ShownToken(BytesToSymbols(tokens[id])));
    }
  }
  return std::move(vocabulary_);
}

}  // namespace artspeak::text
