#include "service/mail_address_hash.h"

#include <algorithm>

#include "base/hash.h"

namespace artspeak::service {

std::string MailAddressHash(std::string_view key, std::string_view address) {
  const size_t at = std::min(address.rfind('@'), address.size());
  // A box whose name begins with '+' keeps it.
  const size_t plus = address.substr(0, at).find('+', 1);
  std::string mailbox(address.substr(0, std::min(plus, at)));
  mailbox += address.substr(at);
  for (char& c : mailbox) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  // The word keeps this apart from whatever else is hashed with the key.
  return base::KeyedBlake2bHex(key, "mail " + mailbox);
}

}  // namespace artspeak::service
