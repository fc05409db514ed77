#include "corpus/statistics.h"

#include <algorithm>
#include <vector>

#include "corpus/cleaner.h"

namespace artspeak::corpus {

namespace {

int64_t CountWords(std::string_view text) {
  int64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    words += !space && !inside;
    inside = !space;
  }
  return words;
}

LengthStatistics Summarise(std::vector<int64_t> lengths) {
  LengthStatistics result;
  if (lengths.empty()) return result;
  std::sort(lengths.begin(), lengths.end());
  for (const int64_t length : lengths) result.total += length;
  result.shortest = lengths.front();
  result.median = lengths[lengths.size() / 2];
  result.longest = lengths.back();
  result.mean =
      static_cast<double>(result.total) / static_cast<double>(lengths.size());
  return result;
}

}  // namespace

DatasetStatistics ComputeStatistics(std::span<const Document> documents,
                                    const text::Tokenizer* tokenizer,
                                    const base::ProgressCallback& progress) {
  DatasetStatistics result;
  std::vector<int64_t> words, tokens;
  for (const Document& document : documents) {
    ++result.documents;
    result.bytes += static_cast<int64_t>(document.text.size());
    words.push_back(CountWords(document.text));
    if (!document.tokens.empty()) {
      tokens.push_back(static_cast<int64_t>(document.tokens.size()));
    } else if (tokenizer != nullptr) {
      tokens.push_back(static_cast<int64_t>(
          tokenizer->Encode(document.text, text::Specials::kAsTokens).size()));
    }
    if (progress) {
      progress({result.documents, static_cast<int64_t>(documents.size()), ""});
    }
  }
  result.words = Summarise(std::move(words));
  if (tokenizer != nullptr || !tokens.empty()) {
    result.tokens = Summarise(std::move(tokens));
  }
  result.duplicates = CountDuplicates(documents);
  return result;
}

}  // namespace artspeak::corpus
