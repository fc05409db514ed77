// The owner's list of words: a prompt with one of them waits for the owner.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "web/file_stamp.h"

namespace artspeak::app {

// A text file with one word or phrase a line; '#' begins a comment. Words are
// compared as text::WordReader reads them, so whole, and whatever their case
// and punctuation; a '*' at the end of a line stands for any rest of its last
// word. The file is read again when it changes. Thread-safe.
class HeldWords {
 public:
  // Throws base::Error if the file cannot be read.
  explicit HeldWords(std::filesystem::path file);

  // Whether the prompt holds one of them. A file that is gone is said in the
  // log, and the words that it had still count.
  bool Holds(std::string_view prompt) const;

 private:
  struct Phrase {
    std::vector<std::string> words;  // folded; at least one
    bool prefix = false;             // the last is the beginning of a word
  };
  static std::vector<Phrase> Parse(std::string_view text);
  static bool Contains(const std::vector<std::string>& words,
                       const Phrase& phrase);
  void ReadIfChanged() const;

  std::filesystem::path file_;
  mutable std::mutex mutex_;  // guards all below
  mutable web::FileStamp stamp_;
  mutable std::vector<Phrase> phrases_;
  mutable bool gone_ = false;
};

}  // namespace artspeak::app
