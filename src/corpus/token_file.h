// Token files: a TokenSet on disk (docs/formats.md, "Token file").
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "corpus/token_set.h"

namespace artspeak::corpus {

// All that decides which tokens a set holds: of equal origin, equal tokens.
struct TokenOrigin {
  std::string dataset;    // DatasetDigest, 16 bytes
  std::string column;     // ReadOptions::column
  std::string tokenizer;  // Tokenizer::Digest, 16 bytes
  int vocab_size = 0;     // of that tokenizer; the tokens lie below it
  TokenizeOptions options;
};

// Replaces `path` whole or not at all. Throws Error if it cannot.
void WriteTokenFile(const std::filesystem::path& path, const TokenSet& tokens,
                    const TokenOrigin& origin);

// Empty if the file is whole but of another origin. Throws Error if it is not
// whole or is of another version; the sentence says that it is made again,
// which is for the caller to do.
std::optional<TokenSet> ReadTokenFile(const std::filesystem::path& path,
                                      const TokenOrigin& origin);

}  // namespace artspeak::corpus
