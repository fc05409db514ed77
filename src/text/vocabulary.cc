#include "text/vocabulary.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "text/byte_symbols.h"
#include "text/token_ids.h"
#include "text/tokenizer_json.h"
#include "text/vocabulary_builder.h"

namespace artspeak::text {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;

namespace {

constexpr const char* kAddedTokens = "added_tokens.json";
constexpr const char* kTokenizerJson = "tokenizer.json";

// The first of the names that is a file of the directory.
std::optional<fs::path> FindFile(const fs::path& directory,
                                 std::initializer_list<const char*> names) {
  for (const char* name : names) {
    std::error_code ignored;
    if (fs::exists(directory / name, ignored)) return directory / name;
  }
  return {};
}

void ReadMerges(const fs::path& path, VocabularyBuilder& builder) {
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
    if (space == line.npos ||
        !builder.Merge(line.substr(0, space), line.substr(space + 1))) {
      throw Error(
          "{} line {} does not name two tokens of the vocabulary: copy both "
          "files again from the same model",
          path.string(), number);
    }
  }
}

}  // namespace

Vocabulary ReadVocabulary(const fs::path& directory) {
  const auto vocab = FindFile(directory, {"vocab.json", "encoder.json"});
  const auto merges = FindFile(directory, {"merges.txt", "vocab.bpe"});
  if (!vocab || !merges) {
    if (const auto whole = FindFile(directory, {kTokenizerJson})) {
      return ReadTokenizerJson(*whole);
    }
    throw Error(
        "{} holds no {}, and no {} either: name a model's folder or one with "
        "a tokenizer's files",
        directory.string(),
        vocab ? "merges.txt or vocab.bpe" : "vocab.json or encoder.json",
        kTokenizerJson);
  }
  VocabularyBuilder builder(ReadTokenIds(*vocab), vocab->string());
  ReadMerges(*merges, builder);
  if (const auto added = FindFile(directory, {kAddedTokens})) {
    builder.AddTokens(ReadTokenIds(*added), added->string());
  }
  return std::move(builder).Finish(merges->string());
}

void WriteVocabulary(const Vocabulary& vocabulary, const fs::path& directory) {
  base::MakeDirectories(directory);
  std::vector<std::string> symbols;
  symbols.reserve(vocabulary.tokens.size());
  for (const std::string& token : vocabulary.tokens) {
    symbols.push_back(BytesToSymbols(token));
  }
  // As Hugging Face writes them: the tokens added at the end stand in a file of
  // their own, and in no other.
  size_t first_added = symbols.size();
  json added = json::object();
  for (auto id = vocabulary.added.rbegin(); id != vocabulary.added.rend();
       ++id) {
    if (static_cast<size_t>(*id) + 1 == first_added) --first_added;
    added[vocabulary.tokens[*id]] = *id;
  }
  std::string ids;
  for (size_t id = 0; id < first_added; ++id) {
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
  if (!added.empty()) {
    base::WriteFileAtomically(directory / kAddedTokens, added.dump());
  } else {
    std::error_code ignored;  // what cannot go is an earlier tokenizer's
    fs::remove(directory / kAddedTokens, ignored);
  }
}

}  // namespace artspeak::text
