// Whom a request comes from: past the proxy that the owner named, and no other.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "base/ip_address.h"
#include "net/http_message.h"
#include "service/client.h"

namespace artspeak::web {

// Thread-safe.
class ClientReader {
 public:
  // `proxy`: whose X-Forwarded-For is believed; none: nobody's, since every
  // visitor could write that header. `key` as ClientHash wants it.
  ClientReader(std::optional<base::IpNetwork> proxy, std::string key);

  // service::ClientHash of the connection's address, or of what the proxy says:
  // the last address in the header, which it added itself; those before came
  // from the visitor. Empty, "nobody", for this machine itself, and when the
  // proxy gave no address.
  std::string Of(const net::Request& request) const;

 private:
  void WarnOfUnnamedProxy() const;

  const std::optional<base::IpNetwork> proxy_;
  const service::ClientHash hash_;
  mutable std::atomic<bool> warned_ = false;
};

}  // namespace artspeak::web
