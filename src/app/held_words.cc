#include "app/held_words.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "text/words.h"

namespace artspeak::app {

namespace {

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  text::WordReader reader(text);
  while (reader.Next()) words.emplace_back(reader.folded());
  return words;
}

}  // namespace

HeldWords::HeldWords(std::filesystem::path file) : file_(std::move(file)) {
  const std::optional<web::FileStamp> stamp = web::StampOf(file_);
  if (!stamp) {
    throw base::Error(
        "there is no list of words {}: make it, one word a line, or leave out "
        "held_words under [site]",
        file_.string());
  }
  phrases_ = Parse(base::ReadFile(file_));
  stamp_ = *stamp;
}

std::vector<HeldWords::Phrase> HeldWords::Parse(std::string_view text) {
  std::vector<Phrase> phrases;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = line.substr(0, line.find('#'));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    Phrase phrase;
    phrase.words = WordsOf(line);
    phrase.prefix = line.ends_with('*');
    if (!phrase.words.empty()) phrases.push_back(std::move(phrase));
  }
  return phrases;
}

bool HeldWords::Contains(const std::vector<std::string>& words,
                         const Phrase& phrase) {
  const auto same = [&](const std::string& word, const std::string& wanted) {
    const bool last = &wanted == &phrase.words.back();
    return last && phrase.prefix ? word.starts_with(wanted) : word == wanted;
  };
  return std::search(words.begin(), words.end(), phrase.words.begin(),
                     phrase.words.end(), same) != words.end();
}

void HeldWords::ReadIfChanged() const {
  const std::optional<web::FileStamp> stamp = web::StampOf(file_);
  try {
    if (stamp == stamp_) return;
    phrases_ = Parse(base::ReadFile(file_));
    if (stamp) stamp_ = *stamp;
    gone_ = false;
  } catch (const base::Error& error) {
    if (std::exchange(gone_, true)) return;
    base::LogWarning("the list of words stays what it was: {}", error.what());
  }
}

bool HeldWords::Holds(std::string_view prompt) const {
  const std::vector<std::string> words = WordsOf(prompt);
  const std::lock_guard lock(mutex_);
  ReadIfChanged();
  return std::any_of(
      phrases_.begin(), phrases_.end(),
      [&](const Phrase& phrase) { return Contains(words, phrase); });
}

}  // namespace artspeak::app
