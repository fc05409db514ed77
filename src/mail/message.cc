#include "mail/message.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "service/email_address.h"

namespace artspeak::mail {

namespace {

constexpr char kHex[] = "0123456789ABCDEF";

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

// Controls would end a header; invalid UTF-8 has no place in one either.
bool IsHeaderText(std::string_view text) {
  return base::IsValidUtf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

// RFC 2047, 4.2 (the Q encoding), by whole characters, the words folded onto
// lines of their own: a line, its header's name too, has at most 76 characters.
std::string EncodedWords(std::string_view text) {
  constexpr std::string_view kBegin = "=?UTF-8?Q?";
  constexpr size_t kMost = 76 - std::string_view("Subject: ?=").size();
  std::string result;
  std::string word(kBegin);
  while (!text.empty()) {
    const auto bytes = static_cast<size_t>(base::DecodeUtf8(text).bytes);
    std::string encoded;
    for (char c : text.substr(0, bytes)) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9');
      const auto byte = static_cast<unsigned char>(c);
      if (plain) {
        encoded += c;
      } else if (c == ' ') {
        encoded += '_';
      } else {
        encoded += {'=', kHex[byte >> 4], kHex[byte & 15]};
      }
    }
    if (word.size() + encoded.size() > kMost) {
      result += word + "?=\r\n ";
      word = kBegin;
    }
    word += encoded;
    text.remove_prefix(bytes);
  }
  return result + word + "?=";
}

// A subject: plain where it fits on one line, else encoded.
std::string HeaderText(std::string_view text) {
  const bool plain = IsPrintableAscii(text) && text.size() <= 60 &&
                     text.find("=?") == std::string_view::npos;
  return plain ? std::string(text) : EncodedWords(text);
}

// A display name: a quoted string (RFC 5322, 3.2.4) or encoded words.
std::string DisplayName(std::string_view name) {
  if (!IsPrintableAscii(name) || name.size() > 50) return EncodedWords(name);
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string QuotedPrintable(std::string_view text) {
  std::string result;
  size_t column = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      result += "\r\n";
      column = 0;
      continue;
    }
    if (c == '\r') continue;
    const bool line_ends =
        i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const auto byte = static_cast<unsigned char>(c);
    std::string encoded(1, c);
    if (c == '=' || c < ' ' || c > '~' || (c == ' ' && line_ends)) {
      encoded = {'=', kHex[byte >> 4], kHex[byte & 15]};
    }
    // 76 characters, one of them for the soft break unless the line ends.
    if (column + encoded.size() > (line_ends ? 76 : 75)) {
      result += "=\r\n";
      column = 0;
    }
    result += encoded;
    column += encoded.size();
  }
  if (column > 0) result += "\r\n";
  return result;
}

// RFC 5322, 3.3; fmt's %a and %b are English whatever the locale.
std::string FormatDate(base::UnixTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(seconds));
}

}  // namespace

Sender ParseSender(std::string_view text) {
  Sender sender;
  const size_t open = text.rfind('<');
  if (open != std::string_view::npos && text.ends_with('>')) {
    sender.address = text.substr(open + 1, text.size() - open - 2);
    std::string_view name = text.substr(0, open);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
      name = name.substr(1, name.size() - 2);
    }
    sender.name = name;
  } else {
    sender.address = text;
  }
  if (!service::IsEmailAddress(sender.address) || !IsHeaderText(sender.name)) {
    throw base::Error(
        "the sender of mails, \"{}\", is no mail address: write it like "
        "\"Artspeak <reviews@example.org>\" in [mail] from",
        base::ToValidUtf8(text));
  }
  return sender;
}

std::string FormatMessage(const Sender& sender, const service::Mail& mail) {
  if (!service::IsEmailAddress(mail.to)) {
    throw base::Error("the address \"{}\" is no mail address",
                      base::ToValidUtf8(mail.to));
  }
  if (!IsHeaderText(mail.subject) || !IsPrintableAscii(mail.message_id) ||
      mail.message_id.find_first_of("<> ") != std::string::npos) {
    throw base::Error(
        "a mail's subject must be one line of text without control "
        "characters: mend the mail's template");
  }
  if (!IsPrintableAscii(mail.unsubscribe_url) ||
      mail.unsubscribe_url.find_first_of("<> ") != std::string::npos) {
    throw base::Error("the address that unsubscribes is no web address");
  }
  std::string message;
  const auto header = [&](std::string_view name, std::string_view value) {
    message += fmt::format("{}: {}\r\n", name, value);
  };
  header("Date", FormatDate(mail.date));
  header("From", sender.name.empty()
                     ? sender.address
                     : fmt::format("{}\r\n <{}>", DisplayName(sender.name),
                                   sender.address));
  header("To", mail.to);
  header("Message-ID", fmt::format("<{}>", mail.message_id));
  header("Subject", HeaderText(mail.subject));
  if (!mail.unsubscribe_url.empty()) {
    header("List-Unsubscribe", fmt::format("<{}>", mail.unsubscribe_url));
    if (mail.unsubscribe_url.starts_with("https://")) {
      header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
  }
  header("Auto-Submitted", "auto-generated");  // RFC 3834: no replies by robots
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "quoted-printable");
  return message + "\r\n" + QuotedPrintable(base::ToValidUtf8(mail.text));
}

}  // namespace artspeak::mail
