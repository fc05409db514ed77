#include "corpus/originality.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "text/words.h"

namespace artspeak::corpus {

namespace {

// Words that stand within passages of `least` words or more.
size_t CopiedWords(const Originality& originality, size_t least) {
  size_t copied = 0;
  size_t counted_to = 0;
  for (const SharedPassage& passage : originality.passages) {
    if (passage.words < least) continue;
    const size_t end = passage.first_word + passage.words;
    copied += end - std::max(counted_to, passage.first_word);
    counted_to = end;
  }
  return copied;
}

}  // namespace

size_t Originality::LongestCopy() const {
  size_t longest = 0;
  for (const SharedPassage& passage : passages) {
    longest = std::max(longest, passage.words);
  }
  return longest;
}

double Originality::CopiedShare(size_t least) const {
  if (words.empty()) return 0;
  return static_cast<double>(CopiedWords(*this, least)) /
         static_cast<double>(words.size());
}

std::optional<size_t> Originality::CopiesMoreAt(size_t most) const {
  for (const SharedPassage& passage : passages) {
    if (passage.words > most) return words[passage.first_word + most].begin;
  }
  return std::nullopt;
}

Originality MeasureOriginality(std::string_view text,
                               const PassageIndex& index) {
  Originality result;
  std::vector<uint32_t> numbers;
  for (text::WordReader reader(text); reader.Next();) {
    result.words.push_back({reader.begin(), reader.end()});
    numbers.push_back(index.NumberOf(reader.folded()));
  }
  const std::span<const uint32_t> words = numbers;
  size_t first = 0;
  PassageIndex::Match match;
  if (!words.empty()) match = index.Longest(words);
  while (first < words.size()) {
    const size_t end = first + match.words;  // this word no longer goes with it
    if (match.words > 0) {
      result.passages.push_back(
          {first, match.words, index.DocumentAt(match.place)});
    }
    if (end == words.size()) break;
    // The next passage holds that word, if any does. It begins at the first
    // word from which all up to it are shared: if they are from one word, they
    // are from every later one.
    size_t low = first + 1, high = end + 1;
    match = {};
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      const PassageIndex::Match found = index.Longest(words.subspan(middle));
      if (middle + found.words > end) {
        high = middle;
        match = found;
      } else {
        low = middle + 1;
      }
    }
    first = low;
    if (match.words == 0 && first < words.size()) {
      match = index.Longest(words.subspan(first));
    }
  }
  return result;
}

std::optional<MeanOriginality> MeasureTogether(
    std::span<const std::string> texts, const PassageIndex& index) {
  if (texts.empty()) return std::nullopt;
  size_t longest = 0, copied = 0, words = 0;
  for (const std::string& text : texts) {
    const Originality originality = MeasureOriginality(text, index);
    longest += originality.LongestCopy();
    copied += CopiedWords(originality, kCopyWords);
    words += originality.words.size();
  }
  return MeanOriginality{.longest_copy = static_cast<double>(longest) /
                                         static_cast<double>(texts.size()),
                         .copied_share = words == 0
                                             ? 0
                                             : static_cast<double>(copied) /
                                                   static_cast<double>(words)};
}

}  // namespace artspeak::corpus
