// A mail as the bytes that travel: RFC 5322, MIME.
#pragma once

#include <string>
#include <string_view>

#include "service/mailer.h"

namespace artspeak::mail {

// The sender: "Artspeak <reviews@example.org>" or the address alone.
struct Sender {
  std::string name;  // UTF-8, may be empty
  std::string address;
};

// Throws base::Error if the address is not valid or the name holds a control
// character.
Sender ParseSender(std::string_view text);

// Headers and body with CRLF at every line's end, ASCII only, lines of at most
// 76 characters: names and subject as encoded words (RFC 2047) where needed,
// the text as quoted-printable UTF-8 (RFC 2045, 6.7). Only the address that
// unsubscribes may be longer; where it is https, one click does it (RFC 8058).
// The same mail always gives the same bytes. Throws base::Error if an address,
// the subject or the Message-ID could end its header early.
std::string FormatMessage(const Sender& sender, const service::Mail& mail);

}  // namespace artspeak::mail
