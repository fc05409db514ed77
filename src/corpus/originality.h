// How much of a text stands word for word in the documents of an index: a
// measure of what a model recites.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/passage_index.h"

namespace artspeak::corpus {

// A run of words that a document has too and that is longer in none: the words
// before and behind it do not go with it.
struct SharedPassage {
  size_t first_word = 0;  // of the text
  size_t words = 0;
  size_t document = 0;  // one that has it, by its number from 0
};

struct Originality {
  struct Place {
    size_t begin = 0, end = 0;  // bytes
  };
  std::vector<Place> words;  // of the text
  // In the order of the text; they may overlap, none lies within another.
  std::vector<SharedPassage> passages;

  size_t LongestCopy() const;  // words
  // Of the words, those within passages of `least` words or more: 0 to 1.
  double CopiedShare(size_t least) const;
  // Where in the text the first word begins that makes it copy more than `most`
  // in a row (bytes); empty if none does.
  std::optional<size_t> CopiesMoreAt(size_t most) const;
};

// The share that is logged is of passages so long that people who write on one
// subject hardly share them by chance.
constexpr size_t kCopyWords = 8;

// Time is near linear in the text, save for texts made to be repetitive.
Originality MeasureOriginality(std::string_view text,
                               const PassageIndex& index);

// Of several texts, or pieces of them.
struct MeanOriginality {
  double longest_copy = 0;  // words, the mean over the texts
  double copied_share = 0;  // of all words, in passages of kCopyWords or more
};

// nullopt if there are none.
std::optional<MeanOriginality> MeasureTogether(
    std::span<const std::string> texts, const PassageIndex& index);

}  // namespace artspeak::corpus
