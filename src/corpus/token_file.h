// Token files: a TokenSet on disk (docs/formats.md, "Token file").
#pragma once

#include <filesystem>

#include "corpus/token_set.h"

namespace artspeak::corpus {

// vocab_size is kept with the tokens, which must lie below it. Replaces `path`
// whole or not at all.
void WriteTokenFile(const std::filesystem::path& path, const TokenSet& tokens,
                    int vocab_size);

// Throws Error if the file is not whole, is of another version, or was made
// with a vocabulary of another size.
TokenSet ReadTokenFile(const std::filesystem::path& path, int vocab_size);

}  // namespace artspeak::corpus
