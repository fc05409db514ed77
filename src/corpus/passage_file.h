// Passage files: a PassageIndex on disk (docs/formats.md, "Passage index").
#pragma once

#include <filesystem>
#include <string>

#include "corpus/passage_index.h"

namespace artspeak::corpus {

struct StoredPassages {
  PassageIndex index;
  std::string origin;  // as it was given to WritePassageFile
};

// Replaces `path` whole or not at all. origin: 16 bytes that tell what the
// documents were. Throws Error if it cannot.
void WritePassageFile(const std::filesystem::path& path,
                      const PassageIndex& index, const std::string& origin);

// Maps the file: it is read once, to check it, and then where a search looks.
// Throws Error if it is missing, not whole, or of another version; the sentence
// says how to make it.
StoredPassages OpenPassageFile(const std::filesystem::path& path);

// Whether the file begins as one. A missing or unreadable one does not.
bool IsPassageFile(const std::filesystem::path& path);

}  // namespace artspeak::corpus
