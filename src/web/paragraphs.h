// A generated text as a page shows it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace artspeak::web {

// The paragraphs of `text`: parted by empty lines, or by every line end if the
// text has no empty line. Other line ends stay in (a poem keeps its lines).
// Valid UTF-8 without control characters whatever went in; none is empty.
std::vector<std::string> SplitParagraphs(std::string_view text);

// The text in one line with single spaces, cut at a word to at most
// `characters` code points and ended by "…" where something is left out. For
// titles.
std::string Shorten(std::string_view text, size_t characters);

}  // namespace artspeak::web
