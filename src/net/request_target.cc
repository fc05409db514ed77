#include "net/request_target.h"

#include <algorithm>

#include "base/utf8.h"
#include "net/percent_encoding.h"

namespace artspeak::net {

namespace {

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

}  // namespace

std::optional<RequestTarget> ParseRequestTarget(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const size_t slash = target.find_first_of("/?", scheme.size());
    if (slash == std::string_view::npos || target[slash] == '?') {
      return std::nullopt;
    }
    target.remove_prefix(slash);
    break;
  }
  if (!target.starts_with('/') || HasControlCharacter(target)) {
    return std::nullopt;
  }
  RequestTarget parsed;
  const size_t question = target.find('?');
  if (question != std::string_view::npos) {
    parsed.query = target.substr(question + 1);
  }
  auto path = PercentDecode(target.substr(0, question));
  if (!path || HasControlCharacter(*path) || !base::IsValidUtf8(*path)) {
    return std::nullopt;
  }
  parsed.path = *std::move(path);
  return parsed;
}

}  // namespace artspeak::net
