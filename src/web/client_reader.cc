#include "web/client_reader.h"

#include <string_view>
#include <utility>

#include "base/log.h"

namespace artspeak::web {

namespace {

constexpr std::string_view kForwardedFor = "X-Forwarded-For";

// The last element of the last such header (RFC 9110, 5.3: several are one
// list).
std::string_view LastForwarded(const net::Request& request) {
  std::string_view list;
  for (const net::Header& header : request.headers) {
    if (net::FindHeader({&header, 1}, kForwardedFor)) list = header.value;
  }
  list.remove_prefix(list.rfind(',') + 1);  // npos + 1 is 0
  while (!list.empty() && list.front() == ' ') list.remove_prefix(1);
  while (!list.empty() && list.back() == ' ') list.remove_suffix(1);
  return list;
}

}  // namespace

ClientReader::ClientReader(std::optional<base::IpNetwork> proxy,
                           std::string key)
    : proxy_(std::move(proxy)), hash_(std::move(key)) {}

std::string ClientReader::Of(const net::Request& request) const {
  const auto peer = base::ParseIpAddress(request.remote_address);
  if (!peer) return "";
  if (proxy_ && proxy_->Contains(*peer)) {
    return hash_.Of(LastForwarded(request));
  }
  if (!proxy_ && peer->is_loopback() && request.Find(kForwardedFor)) {
    WarnOfUnnamedProxy();
  }
  return hash_.Of(request.remote_address);
}

void ClientReader::WarnOfUnnamedProxy() const {
  if (warned_.exchange(true)) return;
  base::LogWarning(
      "requests come through a proxy on this machine, so visitors cannot be "
      "told apart and only the limits in total hold: name its address as proxy "
      "under [site]");
}

}  // namespace artspeak::web
