// The words of a mail, and the form in which people write them in a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace artspeak::service {

struct MailWords {
  std::string subject;  // one line
  std::string text;
};

// "Subject: …" on the first line, an empty line, and the text. Nothing if the
// first line is another or the subject is empty. A "\r" before a line's end is
// left out.
std::optional<MailWords> ParseMailWords(std::string_view file);

// The owner's file with a mail to all subscribers. Throws base::Error in a
// sentence if it is in another form, has no text, is no UTF-8, holds control
// characters, or is larger than kMaxNewsBytes.
inline constexpr size_t kMaxNewsBytes = 100'000;
MailWords ParseNews(std::string_view file);

}  // namespace artspeak::service
