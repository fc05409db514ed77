// GPT-2's first cut of a text into pieces, within which byte pairs are joined.
#pragma once

#include <string_view>

namespace artspeak::text {

// The piece at the start of `text`, which must not be empty: what
//
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// (openai/gpt-2 encoder.py) matches there, never empty; CharacterKind says what
// \p{L}, \p{N} and \s are. A byte that is not valid UTF-8 counts as a character
// of its own that is none of them.
std::string_view NextPiece(std::string_view text);

}  // namespace artspeak::text
