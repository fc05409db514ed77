// Whom a request comes from, as far as this house remembers it: a keyed hash of
// the network address, never the address itself.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::service {

// Thread-safe.
class ClientHash {
 public:
  // `key`: SecretStore's, so that all processes on one store agree and nobody
  // without it can try all addresses.
  explicit ClientHash(std::string key);

  // 32 hexadecimal digits. An address of version 4 counts whole, one of version
  // 6 by its first 64 bits, which is the least that a household gets. Empty,
  // "nobody", for what is no address and for a loopback one: that is this
  // machine, or a proxy that nobody named, and tells no visitors apart.
  std::string Of(std::string_view address) const;

 private:
  std::string key_;
};

}  // namespace artspeak::service
