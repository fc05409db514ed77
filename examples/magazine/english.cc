#include "examples/magazine/english.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace artspeak::magazine {

namespace {

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)); }

char Lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

char Upper(char c) {
  return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

// Marks that may stand before the first letter of a word.
bool IsOpening(char c) { return c == '*' || c == '"' || c == '('; }

size_t FirstLetter(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && IsOpening(text[i])) ++i;
  return i;
}

}  // namespace

std::string Capitalised(std::string_view text) {
  std::string out(text);
  const size_t first = FirstLetter(text);
  if (first < out.size()) out[first] = Upper(out[first]);
  return out;
}

std::string TitleCase(std::string_view text) {
  constexpr std::array<std::string_view, 14> kSmall = {
      "a",  "an", "and", "at", "by", "for", "from",
      "in", "of", "on",  "or", "to", "the", "with"};
  std::string out(text);
  for (size_t begin = 0; begin < out.size();) {
    const size_t end = std::min(out.find(' ', begin), out.size());
    const std::string_view word(out.data() + begin, end - begin);
    if (begin == 0 ||
        std::find(kSmall.begin(), kSmall.end(), word) == kSmall.end()) {
      const size_t letter = begin + FirstLetter(word);
      if (letter < end) out[letter] = Upper(out[letter]);
    }
    begin = end + 1;
  }
  return out;
}

std::string WithArticle(std::string_view noun) {
  std::string word;
  for (size_t i = FirstLetter(noun); i < noun.size() && noun[i] != ' '; ++i) {
    word += Lower(noun[i]);
  }
  const auto begins = [&](auto... prefixes) {
    return (word.starts_with(prefixes) || ...);
  };
  bool vowel = !word.empty() && std::string_view("aeiou").find(word[0]) !=
                                    std::string_view::npos;
  if (begins("uni", "ewe", "use", "usu", "eu", "one", "once", "utr"))
    vowel = false;
  if (begins("hour", "honest", "honour", "heir", "8", "11", "18", "é")) {
    vowel = true;
  }
  return (vowel ? "an " : "a ") + std::string(noun);
}

std::string Plural(std::string_view noun) {
  std::string out(noun);
  const auto ends = [&](auto... suffixes) {
    return (noun.ends_with(suffixes) || ...);
  };
  if (ends("s", "x", "z", "ch", "sh")) return out + "es";
  const bool after_vowel =
      noun.size() >= 2 && std::string_view("aeiou").find(
                              noun[noun.size() - 2]) != std::string_view::npos;
  if (ends("y") && !after_vowel) {
    out.pop_back();
    return out + "ies";
  }
  return out + "s";
}

std::string SentenceCase(std::string_view text) {
  std::string out(text);
  bool begins = true;
  for (size_t i = 0; i < out.size(); ++i) {
    const char c = out[i];
    if (c == '.' || c == '!' || c == '?' || c == '|') {
      begins = i + 1 < out.size() && out[i + 1] == ' ';
    } else if (begins && IsLetter(c)) {
      out[i] = Upper(c);
      begins = false;
    } else if (c != ' ' && !IsOpening(c)) {
      begins = false;
    }
  }
  return out;
}

}  // namespace artspeak::magazine
