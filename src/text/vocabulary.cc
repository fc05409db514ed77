#include "text/vocabulary.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"
#include "text/byte_symbols.h"

namespace artspeak::text {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;

namespace {

fs::path FindFile(const fs::path& directory,
                  std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (fs::exists(directory / name)) return directory / name;
  }
  throw Error(
      "{} holds neither {} nor {}: name a model's folder or one with a "
      "tokenizer's two files",
      directory.string(), *names.begin(), *(names.begin() + 1));
}

std::vector<std::string> ReadTokens(const fs::path& path) {
  const json ids = json::parse(base::ReadFile(path), nullptr, false);
  if (!ids.is_object() || ids.empty()) {
    throw Error("{} is not a JSON object of tokens and ids: copy it again",
                path.string());
  }
  std::vector<std::string> tokens(ids.size());
  std::vector<bool> seen(ids.size());
  for (const auto& [symbols, id] : ids.items()) {
    // The ids of a whole vocabulary are 0 to size - 1, each once.
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= ids.size() ||
        seen[id.get<uint64_t>()]) {
      throw Error(
          "{} gives the token \"{}\" the id {}, where each of 0 to {} belongs "
          "once: copy the file again",
          path.string(), symbols,
          // Printing nested values recurses.
          id.is_structured() ? id.type_name() : id.dump(), ids.size() - 1);
    }
    std::optional<std::string> bytes = SymbolsToBytes(symbols);
    if (!bytes) {
      throw Error(
          "{} holds the token \"{}\", which is not written in GPT-2's byte "
          "symbols: use a byte-level vocabulary",
          path.string(), symbols);
    }
    seen[id.get<uint64_t>()] = true;
    tokens[id.get<uint64_t>()] = std::move(*bytes);
  }
  return tokens;
}

// <pad>, [MASK]: a token that no merge makes and none has to.
bool LooksSpecial(std::string_view token) {
  return (token.starts_with('<') && token.ends_with('>')) ||
         (token.starts_with('[') && token.ends_with(']'));
}

// A file of merges that was cut at the end of a line looks whole: only the
// tokens that it no longer makes tell.
void CheckAllAreMade(const fs::path& path,
                     const std::vector<std::string>& tokens,
                     const std::vector<std::pair<TokenId, TokenId>>& merges) {
  std::unordered_set<std::string> made;
  made.reserve(merges.size());
  for (const auto& [left, right] : merges) {
    made.insert(tokens[static_cast<size_t>(left)] +
                tokens[static_cast<size_t>(right)]);
  }
  for (const std::string& token : tokens) {
    if (token.size() > 1 && !made.contains(token) && !LooksSpecial(token)) {
      throw Error(
          "{} is truncated or of another model: none of its lines makes the "
          "token \"{}\"; copy both files again from the same model",
          path.string(), BytesToSymbols(token));
    }
  }
}

std::vector<std::pair<TokenId, TokenId>> ReadMerges(
    const fs::path& path, const std::vector<std::string>& tokens) {
  std::unordered_map<std::string_view, TokenId> ids;
  ids.reserve(tokens.size());
  for (size_t id = 0; id < tokens.size(); ++id) {
    ids.emplace(tokens[id], static_cast<TokenId>(id));
  }
  std::vector<std::pair<TokenId, TokenId>> merges;
  const std::string content = base::ReadFile(path);
  size_t number = 0;
  for (size_t start = 0; start < content.size();) {
    const size_t end = std::min(content.find('\n', start), content.size());
    std::string_view line(content.data() + start, end - start);
    start = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (number == 1 && line.starts_with("#version")) continue;

    const size_t space = line.find(' ');
    const auto id_of = [&](std::string_view symbols) {
      const auto bytes = SymbolsToBytes(symbols);
      const auto found = bytes ? ids.find(*bytes) : ids.end();
      return found == ids.end() ? TokenId{-1} : found->second;
    };
    const TokenId left = id_of(line.substr(0, space));
    const TokenId right =
        space == line.npos ? -1 : id_of(line.substr(space + 1));
    if (left < 0 || right < 0) {
      throw Error(
          "{} line {} does not name two tokens of the vocabulary: copy both "
          "files again from the same model",
          path.string(), number);
    }
    merges.emplace_back(left, right);
  }
  CheckAllAreMade(path, tokens, merges);
  return merges;
}

}  // namespace

Vocabulary ReadVocabulary(const fs::path& directory) {
  Vocabulary vocabulary;
  vocabulary.tokens =
      ReadTokens(FindFile(directory, {"vocab.json", "encoder.json"}));
  vocabulary.merges = ReadMerges(
      FindFile(directory, {"merges.txt", "vocab.bpe"}), vocabulary.tokens);
  return vocabulary;
}

void WriteVocabulary(const Vocabulary& vocabulary, const fs::path& directory) {
  base::MakeDirectories(directory);
  std::vector<std::string> symbols;
  symbols.reserve(vocabulary.tokens.size());
  for (const std::string& token : vocabulary.tokens) {
    symbols.push_back(BytesToSymbols(token));
  }
  std::string ids;
  for (size_t id = 0; id < symbols.size(); ++id) {
    ids += id == 0 ? "{" : ", ";
    ids += json(symbols[id]).dump() + ": " + std::to_string(id);
  }
  ids += "}";
  std::string merges = "#version: 0.2\n";
  for (const auto& [left, right] : vocabulary.merges) {
    merges += symbols[left] + " " + symbols[right] + "\n";
  }
  base::WriteFileAtomically(directory / "vocab.json", ids);
  base::WriteFileAtomically(directory / "merges.txt", merges);
}

}  // namespace artspeak::text
