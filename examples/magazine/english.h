// The little English grammar that a text generator cannot do without. Works on
// UTF-8; changes ASCII letters only. Asterisks (emphasis) and quotation marks
// are looked through.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::magazine {

std::string Capitalised(std::string_view text);

// "the heron of Ghent" -> "The Heron of Ghent".
std::string TitleCase(std::string_view text);

// "an oar", "a university", "an hourglass".
std::string WithArticle(std::string_view noun);

// The plural of the last word, by the regular rules: "park benches".
std::string Plural(std::string_view noun);

// A capital at the beginning of each sentence, and of the text. A sentence
// does not end at a closing quotation mark: "Is it?" she asked.
std::string SentenceCase(std::string_view text);

}  // namespace artspeak::magazine
