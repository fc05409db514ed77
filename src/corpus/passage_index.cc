#include "corpus/passage_index.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/suffix_array.h"
#include "text/words.h"

namespace artspeak::corpus {

namespace {

constexpr size_t kMostWords = (size_t{1} << 31) - 1;

struct Storage {
  std::string letters;
  std::vector<uint32_t> word_ends, documents, sequence, suffixes;
};

}  // namespace

uint32_t PassageIndex::NumberOf(std::string_view folded) const {
  const auto word = [&](size_t i) {
    const size_t begin = i == 0 ? 0 : tables_.word_ends[i - 1];
    return tables_.letters.substr(begin, tables_.word_ends[i] - begin);
  };
  size_t low = 0, high = tables_.word_ends.size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (word(middle) < folded) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == tables_.word_ends.size() || word(low) != folded) return kUnknown;
  return static_cast<uint32_t>(low + 1);
}

PassageIndex::Match PassageIndex::Longest(
    std::span<const uint32_t> words) const {
  const std::span<const uint32_t> sequence = tables_.sequence;
  Match best;
  if (words.empty() || words[0] == kUnknown) return best;
  // All suffixes before `low` are smaller than the words, those from `high` on
  // are not; the nearest on both sides share so many words with them, and all
  // between at least the smaller number.
  size_t low = 0, high = tables_.suffixes.size();
  size_t low_shared = 0, high_shared = 0;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const size_t place = tables_.suffixes[middle];
    const size_t most = std::min(words.size(), sequence.size() - place);
    size_t shared = std::min(low_shared, high_shared);
    while (shared < most && sequence[place + shared] == words[shared]) ++shared;
    if (shared > best.words) best = {shared, place};
    const bool smaller =
        shared < words.size() && (place + shared == sequence.size() ||
                                  sequence[place + shared] < words[shared]);
    if (smaller) {
      low = middle + 1;
      low_shared = shared;
    } else {
      high = middle;
      high_shared = shared;
    }
  }
  return best;
}

size_t PassageIndex::DocumentAt(size_t place) const {
  const auto after = std::upper_bound(tables_.documents.begin(),
                                      tables_.documents.end(), place);
  return static_cast<size_t>(after - tables_.documents.begin()) - 1;
}

std::string PassageIndex::Digest() const {
  base::Blake2b digest(16);
  const auto update = [&](const void* data, size_t bytes) {
    const uint64_t length = bytes;
    digest.Update(&length, sizeof length);
    digest.Update(data, bytes);
  };
  update(tables_.letters.data(), tables_.letters.size());
  // The suffixes follow from the sequence, as the documents' beginnings do.
  for (const auto& table : {tables_.word_ends, tables_.sequence}) {
    update(table.data(), table.size_bytes());
  }
  return digest.Finish();
}

void PassageIndexBuilder::Add(std::string_view document) {
  documents_.push_back(static_cast<uint32_t>(sequence_.size()));
  for (text::WordReader reader(document); reader.Next();) {
    auto found = numbers_.find(reader.folded());
    if (found == numbers_.end()) {
      found = numbers_
                  .emplace(reader.folded(),
                           static_cast<uint32_t>(numbers_.size() + 1))
                  .first;
    }
    sequence_.push_back(found->second);
  }
  sequence_.push_back(0);
  if (sequence_.size() > kMostWords) {
    throw base::Error(
        "the texts are too long to be searched for passages, more than {} "
        "words: leave some out",
        kMostWords);
  }
}

PassageIndex PassageIndexBuilder::Finish() {
  auto storage = std::make_shared<Storage>();
  std::vector<std::pair<std::string, uint32_t>> words(
      std::make_move_iterator(numbers_.begin()),
      std::make_move_iterator(numbers_.end()));
  numbers_ = {};
  std::sort(words.begin(), words.end());
  std::vector<uint32_t> numbers(words.size() + 1);
  for (const auto& [word, number_when_it_came] : words) {
    storage->letters += word;
    storage->word_ends.push_back(
        static_cast<uint32_t>(storage->letters.size()));
    numbers[number_when_it_came] =
        static_cast<uint32_t>(storage->word_ends.size());
  }
  if (storage->letters.size() > ~uint32_t{0}) {
    throw base::Error(
        "the texts hold too many different words to be searched for passages, "
        "4 GB of them: are they texts?");
  }
  for (uint32_t& word : sequence_) word = numbers[word];
  storage->documents = std::exchange(documents_, {});
  storage->sequence = std::exchange(sequence_, {});
  storage->suffixes =
      SuffixArray(storage->sequence, static_cast<uint32_t>(words.size()));
  const PassageTables tables = {.letters = storage->letters,
                                .word_ends = storage->word_ends,
                                .documents = storage->documents,
                                .sequence = storage->sequence,
                                .suffixes = storage->suffixes};
  return {tables, std::move(storage)};
}

}  // namespace artspeak::corpus
