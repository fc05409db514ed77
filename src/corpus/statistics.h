// What a data set holds, in numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/progress.h"
#include "corpus/document.h"
#include "text/tokenizer.h"

namespace artspeak::corpus {

struct LengthStatistics {
  int64_t total = 0;
  int64_t shortest = 0, median = 0, longest = 0;
  double mean = 0;
};

struct DatasetStatistics {
  int64_t documents = 0;
  int64_t bytes = 0;
  int64_t duplicates = 0;  // what Deduplicate would drop
  LengthStatistics words;  // of each document, cut at white space
  // Where they are known: by a tokenizer, or of documents of tokens.
  std::optional<LengthStatistics> tokens;
};

// tokenizer may be null. Progress counts documents.
DatasetStatistics ComputeStatistics(std::span<const Document> documents,
                                    const text::Tokenizer* tokenizer,
                                    const base::ProgressCallback& progress);

}  // namespace artspeak::corpus
