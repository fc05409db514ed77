// Addresses of the internet protocol, version 4 and 6, and networks of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace artspeak::base {

// An address of version 4 stands as version 6 writes it (RFC 4291, 2.5.5.2),
// so that "::ffff:192.0.2.1" and "192.0.2.1" are one.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  bool is_v4() const;
  bool is_loopback() const;  // 127.0.0.0/8 and ::1
  std::string text() const;  // "192.0.2.1", "2001:db8::1"

  bool operator==(const IpAddress&) const = default;
};

// Nothing when `text` is no address. A zone ("fe80::1%eth0") is left out.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

// All addresses that begin with the same bits.
struct IpNetwork {
  IpAddress address;
  int bits = 128;  // of the 128 that stand in `address`

  bool Contains(const IpAddress& other) const;
};

// "192.0.2.1", "10.0.0.0/8", "2001:db8::/32". Nothing when it is no network.
std::optional<IpNetwork> ParseIpNetwork(std::string_view text);

}  // namespace artspeak::base
