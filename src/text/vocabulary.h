// A byte-level vocabulary as its two files hold it: token strings and merges.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace artspeak::text {

using TokenId = int32_t;

inline constexpr std::string_view kEndOfText = "<|endoftext|>";
// What gpt-2-simple writes before a document: characters, never a token.
inline constexpr std::string_view kStartOfText = "<|startoftext|>";

// Whole when every single byte is a token, no two tokens have the same bytes,
// one token is kEndOfText, and every merge joins two tokens to a third. GPT-2's
// and those trained here: 256 bytes in ByteOfToken's order, then merge i makes
// id 256 + i, and kEndOfText is the last id.
struct Vocabulary {
  std::vector<std::string> tokens;                  // raw bytes, by id
  std::vector<std::pair<TokenId, TokenId>> merges;  // best first
  // Tokens that someone gave a finished vocabulary, such as <|pad|>, in rising
  // order. Like kEndOfText, which is not among them, they stand for no text.
  std::vector<TokenId> added = {};
};

// Reads vocab.json (encoder.json), merges.txt (vocab.bpe) and, if it is there,
// added_tokens.json; or tokenizer.json when one of the first two is missing.
// Throws Error with the file, and the line or token, that is wrong.
Vocabulary ReadVocabulary(const std::filesystem::path& directory);

// Writes vocab.json, merges.txt and, if tokens were added, added_tokens.json,
// each atomically; makes the folder.
void WriteVocabulary(const Vocabulary& vocabulary,
                     const std::filesystem::path& directory);

}  // namespace artspeak::text
