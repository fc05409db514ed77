#include "corpus/detokenizer.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "corpus/markers.h"

namespace artspeak::corpus {

namespace {

std::string Spell(const Document& document, const text::Tokenizer& tokenizer) {
  try {
    return tokenizer.Decode(document.tokens);
  } catch (const base::Error& error) {
    throw base::Error(
        "the tokens in {} are not of this model's vocabulary ({}): give the "
        "text they were made from",
        document.source, error.what());
  }
}

}  // namespace

std::vector<Document> Detokenize(std::vector<Document> documents,
                                 const text::Tokenizer& tokenizer) {
  std::vector<Document> out;
  out.reserve(documents.size());
  for (Document& document : documents) {
    if (document.tokens.empty()) {
      out.push_back(std::move(document));
      continue;
    }
    const std::string text = Spell(document, tokenizer);
    document.tokens = {};
    for (const std::string_view part : SplitAtMarkers(text)) {
      out.push_back(document);
      out.back().text = part;
    }
  }
  return out;
}

}  // namespace artspeak::corpus
