// Reads a data set, whatever its form, as documents.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "corpus/document.h"

namespace artspeak::corpus {

struct ReadOptions {
  // The column of a .csv or key of a .jsonl that holds the text. Empty: a
  // .csv's first column, a .jsonl's "text".
  std::string column;
  // Whether .npz files may be among them, whose documents have tokens in place
  // of text; if not, they are refused.
  bool take_tokens = false;
  // Hears a sentence that the person should read; may be empty.
  std::function<void(const std::string&)> notice = {};
};

// The documents of `dataset`, in order, blank ones left out. It may be
//
//   .txt    one document, or those between markers (so is any other text file);
//   .csv    a header line, then a document a record; columns named title,
//           source, url and date go with it. The first line is dropped as a
//           header whatever it holds, as gpt-2-simple does;
//   .jsonl  a JSON object a line, with the same keys;
//   .npz    tokens, as gpt-2-simple keeps them (corpus/npz.h);
//   an archive database, known by its content;
//   a folder of these, searched to its depths by name (hidden ones skipped),
//   or a pattern such as "reviews/*.txt".
//
// A text that holds markers is the documents between them (corpus/markers.h),
// whatever the form; else it is as it stands in the file, but for bytes that
// are not UTF-8: they are left out, as gpt-2-simple does, with a notice. Clean
// makes it clean. Throws Error, naming the file and line, if something cannot
// be read or nothing is in it.
std::vector<Document> ReadDataset(const std::filesystem::path& dataset,
                                  const ReadOptions& options = {});

// 16 bytes that tell whether a data set is still the one it was, without
// reading it as documents: the BLAKE2b of its files' bytes, extensions and
// order. Where it lies and when it was written do not count, so a copy is the
// same data set. Throws Error if there is none or it cannot be read.
std::string DatasetDigest(const std::filesystem::path& dataset);

}  // namespace artspeak::corpus
