// What GPT-2's rule for cutting a text into pieces asks of a character.
#pragma once

#include <cstdint>

namespace artspeak::text {

enum class CharacterKind : uint8_t { kSpace, kLetter, kNumber, kOther };

// Letters and numbers are Unicode's general categories L and N, white space is
// its property White_Space, all of Unicode 16.0.
CharacterKind KindOf(char32_t c);

}  // namespace artspeak::text
