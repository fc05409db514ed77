// Writes documents to a file that ReadDataset and other programs read.
#pragma once

#include <filesystem>
#include <span>

#include "corpus/document.h"

namespace artspeak::corpus {

// By the extension of `path`, which is replaced whole or not at all:
//
//   .csv    the columns text,title,date,url, so that programs that take the
//           first column find the text;
//   .jsonl  text, title, source, url and date where known;
//   .txt    the texts, each ended by "<|endoftext|>" and a line break.
//
// Throws Error for another extension, for no documents, and if it cannot be
// written.
void ExportDataset(std::span<const Document> documents,
                   const std::filesystem::path& path);

}  // namespace artspeak::corpus
