// A mail address as the limit of mails remembers it.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::service {

// 32 hexadecimal digits, with SecretStore's `key`: nobody without it can try
// all addresses. Equal in whatever case `address` is typed, and with whatever
// stands behind a '+' before the '@': where that means anything, it is one
// mailbox.
std::string MailAddressHash(std::string_view key, std::string_view address);

}  // namespace artspeak::service
