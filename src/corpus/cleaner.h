// Makes documents fit to learn from: plain text, each once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"

namespace artspeak::corpus {

// Valid UTF-8 with LF line ends; character entities that a page left over are
// decoded; control, zero-width and soft-hyphen characters are gone; every kind
// of space is one plain space, none at a line's ends; at most one blank line in
// a row. Cleaning twice is cleaning once, but for entities hidden in entities.
std::string CleanText(std::string_view text);

// Each document's text (and title, on one line) cleaned; those left without
// text are dropped.
std::vector<Document> Clean(std::vector<Document> documents);

// The first of all documents whose texts are the same but for case, spacing
// and punctuation.
std::vector<Document> Deduplicate(std::vector<Document> documents);

// How many documents Deduplicate would drop.
int64_t CountDuplicates(std::span<const Document> documents);

}  // namespace artspeak::corpus
