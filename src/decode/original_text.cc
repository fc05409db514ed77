#include "decode/original_text.h"

#include <utility>

#include "corpus/originality.h"

namespace artspeak::decode {

namespace {

// The text up to a word, without the space before it.
std::string Before(std::string text, size_t word) {
  text.resize(word);
  text.resize(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

}  // namespace

bool OriginalText::End(Finish finish, int tokens) {
  Try ended = std::exchange(now_, {});
  ended.finish = finish;
  ended.tokens = tokens;
  if (!limit_->passages) {
    best_ = std::move(ended);
    return true;
  }
  const auto originality =
      corpus::MeasureOriginality(ended.text, *limit_->passages);
  longest_copy_ = originality.LongestCopy();
  const auto limit = static_cast<size_t>(limit_->max_words);
  const std::optional<size_t> copies_at =
      limit > 0 ? originality.CopiesMoreAt(limit) : std::nullopt;
  const bool broken_off =
      finish == Finish::kCancelled || finish == Finish::kFailed;
  if (!copies_at) {
    best_ = std::move(ended);
    return true;
  }
  // Within that part no passage is longer, and the first one is as long.
  longest_copy_ = limit;
  ended.text = Before(std::move(ended.text), *copies_at);
  if (!broken_off) ended.finish = Finish::kCopied;
  ++tries_;
  if (tries_ == 1 || broken_off || ended.text.size() > best_.text.size()) {
    best_ = std::move(ended);
  }
  return broken_off || tries_ == kMostTries;
}

}  // namespace artspeak::decode
