#include "text/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/character_kind.h"

namespace artspeak::text {
namespace {

using Pieces = std::vector<std::string>;

Pieces Split(std::string_view text) {
  Pieces pieces;
  while (!text.empty()) {
    pieces.emplace_back(NextPiece(text));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

TEST(PreTokenizer, ASpaceBelongsToTheWordAfterIt) {
  EXPECT_EQ(Split("Hello world 42!"), (Pieces{"Hello", " world", " 42", "!"}));
  EXPECT_EQ(Split("a\tb"), (Pieces{"a", "\t", "b"}));
}

TEST(PreTokenizer, WhiteSpaceLeavesItsLastCharacterToTheNextWord) {
  EXPECT_EQ(Split("a   b"), (Pieces{"a", "  ", " b"}));
  EXPECT_EQ(Split("a\n\nb"), (Pieces{"a", "\n", "\n", "b"}));
  EXPECT_EQ(Split("a  "), (Pieces{"a", "  "}));
  EXPECT_EQ(Split(" "), (Pieces{" "}));
  EXPECT_EQ(Split("\n a"), (Pieces{"\n", " a"}));
  EXPECT_EQ(Split("a \n"), (Pieces{"a", " \n"}));
}

TEST(PreTokenizer, ContractionsAreCutOffInLowerCaseOnly) {
  EXPECT_EQ(Split("it's we'll'd"), (Pieces{"it", "'s", " we", "'ll", "'d"}));
  EXPECT_EQ(Split("IT'S"), (Pieces{"IT", "'", "S"}));
  EXPECT_EQ(Split("'stone"), (Pieces{"'s", "tone"}));
  EXPECT_EQ(Split("a 's"), (Pieces{"a", " '", "s"}));
  EXPECT_EQ(Split("''s"), (Pieces{"''", "s"}));
}

TEST(PreTokenizer, KindsFollowUnicode) {
  // Ⅷ is a number letter, ² another number, ʰ a modifier letter.
  EXPECT_EQ(Split("éα中ʰ٣²Ⅷ"), (Pieces{"éα中ʰ", "٣²Ⅷ"}));
  // A combining mark is no letter.
  EXPECT_EQ(Split("e\u0301a"), (Pieces{"e", "\u0301", "a"}));
  // No-break, em and ideographic space and U+0085 are white space; the
  // zero-width space and U+001C are not.
  EXPECT_EQ(Split("a\u00A0\u2003\u3000\u0085"),
            (Pieces{"a", "\u00A0\u2003\u3000\u0085"}));
  EXPECT_EQ(Split("a\u00A0b"), (Pieces{"a", "\u00A0", "b"}));
  EXPECT_EQ(Split(" \u200Bb"), (Pieces{" \u200B", "b"}));
  EXPECT_EQ(Split(" \x1C"), (Pieces{" \x1C"}));
}

TEST(PreTokenizer, KindsOfAsciiAreUnicodes) {
  for (int i = 0; i < 128; ++i) {
    const auto c = static_cast<char>(i);
    // Two characters of a kind are one piece.
    EXPECT_EQ(Split(std::string{'a', c}).size() == 1,
              KindOf(c) == CharacterKind::kLetter);
    EXPECT_EQ(Split(std::string{'1', c}).size() == 1,
              KindOf(c) == CharacterKind::kNumber);
    EXPECT_EQ(Split(std::string{'\n', c}).size() == 1,
              KindOf(c) == CharacterKind::kSpace);
    EXPECT_EQ(Split(std::string{'!', c}).size() == 1,
              KindOf(c) == CharacterKind::kOther);
  }
}

TEST(PreTokenizer, KindsOfNewCharactersFollowUnicode16) {
  // Of version 15.1, then of 16.0; the last of each range and what follows it.
  EXPECT_EQ(KindOf(0x2EE5D), CharacterKind::kLetter);
  EXPECT_EQ(KindOf(0x2EE5E), CharacterKind::kOther);
  EXPECT_EQ(KindOf(0x1C89), CharacterKind::kLetter);
  EXPECT_EQ(KindOf(0x1C8B), CharacterKind::kOther);
  EXPECT_EQ(KindOf(0x10D49), CharacterKind::kNumber);
  EXPECT_EQ(KindOf(0x10D4A), CharacterKind::kLetter);
  EXPECT_EQ(KindOf(0x10FFFF), CharacterKind::kOther);
}

TEST(PreTokenizer, InvalidBytesAreNeitherLettersNorSpaces) {
  EXPECT_EQ(Split("a\xFF\xC3 b"), (Pieces{"a", "\xFF\xC3", " b"}));
  EXPECT_EQ(Split("\xED\xA0\x80"), (Pieces{"\xED\xA0\x80"}));
}

}  // namespace
}  // namespace artspeak::text
