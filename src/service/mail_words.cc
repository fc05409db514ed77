#include "service/mail_words.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::service {

std::optional<MailWords> ParseMailWords(std::string_view file) {
  constexpr std::string_view kSubject = "Subject: ";
  std::string text(file);
  std::erase(text, '\r');
  const size_t end = text.find('\n');
  if (!text.starts_with(kSubject) || end == std::string::npos ||
      end == kSubject.size()) {
    return std::nullopt;
  }
  MailWords words;
  words.subject = text.substr(kSubject.size(), end - kSubject.size());
  const size_t begin = text.find_first_not_of('\n', end);
  if (begin != std::string::npos) words.text = text.substr(begin);
  return words;
}

MailWords ParseNews(std::string_view file) {
  if (file.size() > kMaxNewsBytes) {
    throw base::Error(
        "the mail is larger than {} bytes: put the long part on a page and "
        "write its address",
        kMaxNewsBytes);
  }
  const bool clean = base::IsValidUtf8(file) &&
                     std::none_of(file.begin(), file.end(), [](char c) {
                       return (static_cast<unsigned char>(c) < 0x20 &&
                               c != '\n' && c != '\r' && c != '\t') ||
                              c == 0x7f;
                     });
  if (!clean) {
    throw base::Error(
        "the mail is no plain text in UTF-8: save it as such in an editor");
  }
  std::optional<MailWords> words = ParseMailWords(file);
  if (!words || words->text.empty() ||
      words->subject.find('\t') != std::string::npos) {
    throw base::Error(
        "the mail must begin with a line \"Subject: …\", then an empty line, "
        "then its text");
  }
  return *std::move(words);
}

}  // namespace artspeak::service
