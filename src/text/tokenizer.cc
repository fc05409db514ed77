#include "text/tokenizer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "text/merge_table.h"
#include "text/pre_tokenizer.h"
#include "text/token_table.h"

namespace artspeak::text {

using base::Error;

namespace {

// In English prose, a little less than the mean.
constexpr size_t kBytesPerToken = 4;

}  // namespace

struct Tokenizer::Tables {
  explicit Tables(Vocabulary whole);

  // Encodes the piece that is the first `size` bytes of `text`.
  void EncodePiece(std::string_view text, size_t size,
                   std::vector<TokenId>& out) const;
  void EncodeText(std::string_view text, std::vector<TokenId>& out) const;
  void EncodeWithSpecials(std::string_view text,
                          std::vector<TokenId>& out) const;

  Vocabulary vocabulary;
  MergeTable merges;
  std::array<TokenId, 256> token_of_byte;
  TokenId end_of_text = -1;
  std::vector<TokenId> specials;  // the longest first
  // The pieces that become one token, to skip their merging: most words do.
  // Not simply all tokens, since merges need not lead to each.
  TokenTable single;
};

Tokenizer::Tables::Tables(Vocabulary whole)
    : vocabulary(std::move(whole)),
      merges(vocabulary.merges.size()),
      single(0) {
  const std::vector<std::string>& tokens = vocabulary.tokens;
  TokenTable ids(tokens.size());
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].empty() || !ids.Add(tokens[id], static_cast<TokenId>(id))) {
      throw Error(
          "the vocabulary's token {} is empty or there twice: copy its files "
          "again",
          id);
    }
  }
  for (int byte = 0; byte < 256; ++byte) {
    const char bytes[] = {static_cast<char>(byte)};
    token_of_byte[byte] = ids.Find({bytes, 1});
    if (token_of_byte[byte] < 0) {
      throw Error(
          "the vocabulary has no token for the byte {}: use a byte-level one",
          byte);
    }
  }
  end_of_text = ids.Find(kEndOfText);
  if (end_of_text < 0) {
    throw Error("the vocabulary has no token {}: add it as the last one",
                kEndOfText);
  }
  const auto known = [&](TokenId id) {
    return id >= 0 && static_cast<size_t>(id) < tokens.size();
  };
  assert(std::all_of(vocabulary.added.begin(), vocabulary.added.end(), known));
  specials = vocabulary.added;
  specials.push_back(end_of_text);
  std::stable_sort(specials.begin(), specials.end(), [&](TokenId a, TokenId b) {
    return tokens[a].size() > tokens[b].size();
  });
  for (size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const auto [left, right] = vocabulary.merges[rank];
    const TokenId product = known(left) && known(right)
                                ? ids.Find(tokens[left] + tokens[right])
                                : -1;
    if (product < 0 || !merges.Add(left, right, product)) {
      throw Error(
          "merge {} of the vocabulary joins to no token or is there twice: "
          "copy its files again",
          rank + 1);
    }
  }
  // Filled last: until then EncodePiece merges.
  TokenTable found(tokens.size());
  std::vector<TokenId> encoded;
  for (size_t id = 0; id < tokens.size(); ++id) {
    encoded.clear();
    EncodePiece(tokens[id], tokens[id].size(), encoded);
    if (encoded.size() == 1) found.Add(tokens[id], encoded[0]);
  }
  single = std::move(found);
}

void Tokenizer::Tables::EncodePiece(std::string_view text, size_t size,
                                    std::vector<TokenId>& out) const {
  const TokenId whole = single.FindPrefix(text, size);
  if (whole != TokenTable::kNone) {
    out.push_back(whole);
    return;
  }
  const std::string_view piece = text.substr(0, size);
  std::array<TokenId, 64> word;
  if (piece.size() <= word.size()) {
    for (size_t i = 0; i < piece.size(); ++i) {
      word[i] = token_of_byte[static_cast<uint8_t>(piece[i])];
    }
    merges.Apply({word.data(), piece.size()}, out);
    return;
  }
  std::vector<TokenId> symbols;
  symbols.reserve(piece.size());
  for (const char byte : piece) {
    symbols.push_back(token_of_byte[static_cast<uint8_t>(byte)]);
  }
  merges.Apply(symbols, out);
}

void Tokenizer::Tables::EncodeText(std::string_view text,
                                   std::vector<TokenId>& out) const {
  while (!text.empty()) {
    const size_t size = NextPiece(text).size();
    EncodePiece(text, size, out);
    text.remove_prefix(size);
  }
}

void Tokenizer::Tables::EncodeWithSpecials(std::string_view text,
                                           std::vector<TokenId>& out) const {
  const auto find = [&](TokenId special, size_t start) {
    return text.find(vocabulary.tokens[special], start);
  };
  std::vector<size_t> places;  // where each stands next
  for (const TokenId special : specials) places.push_back(find(special, 0));
  size_t start = 0;
  for (;;) {
    // The first of them, of two at one place the longer.
    size_t first = 0;
    for (size_t i = 0; i < specials.size(); ++i) {
      if (places[i] < start) places[i] = find(specials[i], start);
      if (places[i] < places[first]) first = i;
    }
    const size_t place = places[first];
    if (place == text.npos) break;
    EncodeText(text.substr(start, place - start), out);
    out.push_back(specials[first]);
    start = place + vocabulary.tokens[specials[first]].size();
  }
  EncodeText(text.substr(start), out);
}

Tokenizer::Tokenizer(Vocabulary vocabulary)
    : tables_(std::make_unique<const Tables>(std::move(vocabulary))) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::Load(const std::filesystem::path& directory) {
  Vocabulary vocabulary = ReadVocabulary(directory);
  try {
    return Tokenizer(std::move(vocabulary));
  } catch (const Error& error) {
    throw Error("cannot use the tokenizer in {}: {}", directory.string(),
                error.what());
  }
}

void Tokenizer::Save(const std::filesystem::path& directory) const {
  WriteVocabulary(tables_->vocabulary, directory);
}

std::vector<TokenId> Tokenizer::Encode(std::string_view text,
                                       Specials specials) const {
  if (text.size() > std::numeric_limits<int32_t>::max()) {
    throw Error(
        "a text of {} bytes is too long to encode: split it into parts "
        "below 2 GiB",
        text.size());
  }
  std::vector<TokenId> tokens;
  tokens.reserve(text.size() / kBytesPerToken);
  if (specials == Specials::kAsTokens) {
    tables_->EncodeWithSpecials(text, tokens);
  } else {
    tables_->EncodeText(text, tokens);
  }
  return tokens;
}

std::string Tokenizer::Decode(std::span<const TokenId> tokens) const {
  std::string text;
  for (const TokenId token : tokens) text += TokenBytes(token);
  return text;
}

std::string_view Tokenizer::TokenBytes(TokenId token) const {
  if (token < 0 || token >= vocab_size()) {
    throw Error("there is no token {}: the vocabulary's ids are 0 to {}", token,
                vocab_size() - 1);
  }
  return tables_->vocabulary.tokens[token];
}

int Tokenizer::vocab_size() const {
  return static_cast<int>(tables_->vocabulary.tokens.size());
}

TokenId Tokenizer::end_of_text() const { return tables_->end_of_text; }

std::string Tokenizer::Digest() const {
  const Vocabulary& vocabulary = tables_->vocabulary;
  base::Blake2b hash(16);
  // Each token after its length: no two vocabularies are the same bytes.
  const auto add = [&](uint64_t number) {
    hash.Update(&number, sizeof number);
  };
  add(vocabulary.tokens.size());
  for (const std::string& token : vocabulary.tokens) {
    add(token.size());
    hash.Update(token);
  }
  for (const auto& [left, right] : vocabulary.merges) {
    add(static_cast<uint64_t>(left));
    add(static_cast<uint64_t>(right));
  }
  return hash.Finish();
}

std::string StreamDecoder::Push(TokenId token) {
  waiting_ += tokenizer_.TokenBytes(token);
  const size_t ready = waiting_.size() - base::IncompleteUtf8Suffix(waiting_);
  std::string text = base::ToValidUtf8({waiting_.data(), ready});
  waiting_.erase(0, ready);
  return text;
}

std::string StreamDecoder::Finish() {
  return base::ToValidUtf8(std::exchange(waiting_, {}));
}

}  // namespace artspeak::text
