#include "service/client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "base/ip_address.h"

namespace artspeak::service {

ClientHash::ClientHash(std::string key) : key_(std::move(key)) {}

std::string ClientHash::Of(std::string_view address) const {
  std::optional<base::IpAddress> client = base::ParseIpAddress(address);
  if (!client || client->is_loopback()) return "";
  if (!client->is_v4()) {
    std::fill(client->bytes.begin() + 8, client->bytes.end(), uint8_t{0});
  }
  // The word keeps this apart from whatever else is hashed with the key.
  return base::KeyedBlake2bHex(key_, "client " + client->text());
}

}  // namespace artspeak::service
