#include "corpus/token_set.h"

#include <algorithm>
#include <cassert>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/markers.h"

namespace artspeak::corpus {

namespace {

using Tokens = std::vector<int32_t>;

// True for each document that is to measure, false for those to learn from.
std::vector<bool> ChooseValidation(std::span<const Document> documents,
                                   std::span<const Tokens> tokens,
                                   size_t wanted, uint64_t seed) {
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < documents.size(); ++i) {
    const std::string key = std::to_string(seed) + '\n' + documents[i].text;
    order.emplace_back(base::Blake2b64(key), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<bool> chosen(documents.size());
  size_t taken = 0;
  for (const auto& [key, i] : order) {
    if (taken + tokens[i].size() <= wanted) {
      chosen[i] = true;
      taken += tokens[i].size();
    } else if (taken > 0) {
      break;  // to go on would prefer short documents
    }
  }
  return chosen;
}

// With what tells its ends; none of a document without text.
Tokens TokensOf(const Document& document, const text::Tokenizer& tokenizer,
                bool literal_markers) {
  assert(document.tokens.empty());
  if (document.text.empty()) return {};
  if (literal_markers) return tokenizer.Encode(WithMarkers(document.text));
  Tokens tokens = tokenizer.Encode(document.text, text::Specials::kAsTokens);
  tokens.push_back(tokenizer.end_of_text());
  return tokens;
}

}  // namespace

TokenSet Tokenize(std::span<const Document> documents,
                  const text::Tokenizer& tokenizer,
                  const TokenizeOptions& options,
                  const base::ProgressCallback& progress) {
  const double validation_fraction = options.validation_fraction;
  if (!(validation_fraction >= 0 && validation_fraction < 1)) {
    throw base::Error(
        "a validation fraction of {} is not possible: choose from 0 to below 1",
        validation_fraction);
  }
  std::vector<Tokens> tokens;
  tokens.reserve(documents.size());
  size_t total = 0;
  for (const Document& document : documents) {
    tokens.push_back(TokensOf(document, tokenizer, options.literal_markers));
    total += tokens.back().size();
    if (progress) {
      progress({static_cast<int64_t>(tokens.size()),
                static_cast<int64_t>(documents.size()), ""});
    }
  }
  if (total == 0) {
    throw base::Error("the data set holds no text: name one with text in it");
  }

  const auto wanted = static_cast<size_t>(
      static_cast<double>(total) * validation_fraction + 0.5);
  const std::vector<bool> chosen =
      ChooseValidation(documents, tokens, wanted, options.seed);
  TokenSet set;
  for (size_t i = 0; i < tokens.size(); ++i) {
    Tokens& side = chosen[i] ? set.validation : set.training;
    side.insert(side.end(), tokens[i].begin(), tokens[i].end());
    tokens[i] = {};
  }
  if (set.validation.empty()) {
    const auto cut = set.training.end() - static_cast<ptrdiff_t>(wanted);
    set.validation.assign(cut, set.training.end());
    set.training.erase(cut, set.training.end());
  }
  return set;
}

}  // namespace artspeak::corpus
