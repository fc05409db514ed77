// A text as the words that two writers would call the same, whatever their
// case, punctuation and encoding of accents.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace artspeak::text {

// Goes through the words of a text. A word is as many letters, numbers and
// marks in a row as there are, beginning with a letter or number; in scripts
// that put no space between words (Chinese characters, kana, Thai, Lao, Khmer,
// Burmese, Tibetan) each letter with its marks is one. All else, invalid bytes
// too, stands between words, but for characters that nobody sees (soft hyphens,
// joiners): they neither part nor change a word. The text must outlive it. Not
// thread-safe.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}

  // Goes to the next word; false if there is none.
  bool Next();

  // Where the word stands in the text, in bytes.
  size_t begin() const { return begin_; }
  size_t end() const { return end_; }
  // The word as it is compared: case folded, in the form NFKC, nothing
  // invisible in it (Unicode, section 3.13, D146 and UAX #15). Until the next
  // Next.
  std::string_view folded() const { return folded_; }

 private:
  void Fold();

  std::string_view text_;
  size_t begin_ = 0, end_ = 0;
  bool ascii_ = true;  // all of the word is
  std::string folded_;
};

}  // namespace artspeak::text
