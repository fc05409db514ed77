// Does a domain take mail? Asked of the system's resolver.
#pragma once

#include <optional>
#include <string>

namespace artspeak::net {

enum class MailExchange {
  kTaken,    // it has a mail server, or an address that stands for one
  kNone,     // there is no such domain, or it takes no mail
  kUnknown,  // no resolver answered, or not clearly
};

// By RFC 5321, 5.1, and RFC 7505 (a null MX: takes no mail). `domain`: ASCII.
// Takes a few seconds where nobody answers. Thread-safe. `server`: an address
// of version 4 and a port to ask in place of the system's resolvers, for tests.
struct ResolverAddress {
  std::string address;
  int port = 53;
};
MailExchange FindMailExchange(
    const std::string& domain,
    const std::optional<ResolverAddress>& server = std::nullopt);

}  // namespace artspeak::net
