#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace artspeak::base {

namespace {

constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0,    0,
                                               0, 0, 0, 0, 0xff, 0xff};
constexpr int kV4PrefixBits = 96;

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  constexpr std::array<uint8_t, 16> kLoopback = {0, 0, 0, 0, 0, 0, 0, 0,
                                                 0, 0, 0, 0, 0, 0, 0, 1};
  return bytes == kLoopback;
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN];
  const char* written = is_v4()
                            ? inet_ntop(AF_INET, &bytes[12], text, sizeof text)
                            : inet_ntop(AF_INET6, &bytes, text, sizeof text);
  return written == nullptr ? "" : written;
}

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));
  if (address.find('\0') != std::string::npos) return std::nullopt;
  IpAddress parsed;
  if (inet_pton(AF_INET6, address.c_str(), parsed.bytes.data()) == 1) {
    return parsed;
  }
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), parsed.bytes.begin());
  if (inet_pton(AF_INET, address.c_str(), &parsed.bytes[12]) == 1) {
    return parsed;
  }
  return std::nullopt;
}

bool IpNetwork::Contains(const IpAddress& other) const {
  for (int bit = 0; bit < bits; bit += 8) {
    const auto at = static_cast<size_t>(bit / 8);
    const int different = address.bytes[at] ^ other.bytes[at];
    const int counted = std::min(8, bits - bit);
    if (different >> (8 - counted) != 0) return false;
  }
  return true;
}

std::optional<IpNetwork> ParseIpNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = ParseIpAddress(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network{*address};
  if (slash == std::string_view::npos) return network;
  const int before = text.substr(0, slash).find(':') == std::string_view::npos
                         ? kV4PrefixBits
                         : 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] =
      std::from_chars(text.data() + slash + 1, end, network.bits);
  if (error != std::errc() || rest != end || network.bits < 0 ||
      network.bits > 128 - before) {
    return std::nullopt;
  }
  network.bits += before;
  return network;
}

}  // namespace artspeak::base
