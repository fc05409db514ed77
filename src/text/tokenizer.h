// GPT-2's byte-level byte-pair encoding (Radford et al., "Language models are
// unsupervised multitask learners", 2019, section 2.2): text <-> token ids.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/vocabulary.h"

namespace artspeak::text {

// How "<|endoftext|>" in a text is read: as its thirteen characters, or as the
// token that ends a document; and likewise the tokens added to a vocabulary.
// Text from outside is kAsText.
enum class Specials { kAsText, kAsTokens };

// Immutable and thread-safe. Any bytes encode, valid UTF-8 or not, and decode
// to the same bytes. Movable.
class Tokenizer {
 public:
  // Throws Error if the vocabulary is not whole (see Vocabulary).
  explicit Tokenizer(Vocabulary vocabulary);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  // Reads a model's vocabulary files (see ReadVocabulary). Throws Error naming
  // the file (and line) that is missing or malformed.
  static Tokenizer Load(const std::filesystem::path& directory);

  // Writes vocab.json and merges.txt (see WriteVocabulary); makes the folder.
  void Save(const std::filesystem::path& directory) const;

  // Time is linear in the text but for a logarithm in its longest word.
  std::vector<TokenId> Encode(std::string_view text,
                              Specials specials = Specials::kAsText) const;

  // The bytes of all tokens in a row; <|endoftext|> decodes to its name. They
  // need not be valid UTF-8: a character may span tokens. Throws Error if an id
  // is not in the vocabulary.
  std::string Decode(std::span<const TokenId> tokens) const;

  // Valid as long as the tokenizer. Throws Error if the id is unknown.
  std::string_view TokenBytes(TokenId token) const;

  int vocab_size() const;
  TokenId end_of_text() const;

  // 16 bytes that tell one vocabulary from another: the BLAKE2b of its tokens
  // and merges.
  std::string Digest() const;

 private:
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

// Turns tokens into text as they come, never half a character: bytes that begin
// a character wait for the rest. What comes out is always valid UTF-8 (bytes
// that no character can hold become U+FFFD), and all of it in a row is
// ToValidUtf8(tokenizer.Decode(all tokens)). The tokenizer must outlive it. Not
// thread-safe.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  std::string Push(TokenId token);
  // What still waited; the decoder is then as new.
  std::string Finish();

 private:
  const Tokenizer& tokenizer_;
  std::string waiting_;  // at most three bytes between calls
};

}  // namespace artspeak::text
