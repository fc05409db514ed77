// Where any passage stands in a set of documents, word for word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace artspeak::corpus {

// What an index consists of. A word's number is its place among all different
// words in the order of their bytes, from 1; 0 is the border behind a document.
struct PassageTables {
  std::string_view letters;             // of the words in order, as folded
  std::span<const uint32_t> word_ends;  // in letters, one a word
  std::span<const uint32_t> documents;  // where each begins in sequence
  std::span<const uint32_t> sequence;   // the words, with borders
  std::span<const uint32_t> suffixes;   // of sequence (corpus/suffix_array.h)
};

// Words are text::WordReader's. Immutable and thread-safe; a copy shares the
// tables.
class PassageIndex {
 public:
  // For each word of a text its number, or this if no document has it.
  static constexpr uint32_t kUnknown = ~uint32_t{0};

  struct Match {
    size_t words = 0;  // that are the same, from the first
    size_t place = 0;  // in tables().sequence, of one that is
  };

  // owner: keeps what the tables view. They are consistent: ends and places
  // ascend and lie inside, numbers are those of words.
  PassageIndex(PassageTables tables, std::shared_ptr<const void> owner)
      : tables_(tables), owner_(std::move(owner)) {}

  const PassageTables& tables() const { return tables_; }
  size_t documents() const { return tables_.documents.size(); }
  size_t words() const { return tables_.sequence.size() - documents(); }

  uint32_t NumberOf(std::string_view folded) const;

  // The longest beginning of `words` that stands within a document. Time grows
  // with its length and the logarithm of the documents'.
  Match Longest(std::span<const uint32_t> words) const;

  // The number, from 0, of the document in which a place lies.
  size_t DocumentAt(size_t place) const;

  // Of the words and documents (BLAKE2b, 16 raw bytes). Reads them all.
  std::string Digest() const;

 private:
  PassageTables tables_;
  std::shared_ptr<const void> owner_;
};

// Collects documents into an index. Not thread-safe.
class PassageIndexBuilder {
 public:
  // Throws Error if the documents become too long: 2^31 words and borders.
  void Add(std::string_view document);

  // Time and memory are linear in what was added. Call once.
  PassageIndex Finish();

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view word) const {
      return std::hash<std::string_view>()(word);
    }
  };

  // Numbers in the order of coming, until Finish.
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<uint32_t> documents_;
  std::vector<uint32_t> sequence_;
};

}  // namespace artspeak::corpus
