#include "web/random_name.h"

#include <string_view>
#include <vector>

#include "base/random.h"

namespace artspeak::web {

std::string RandomName(size_t length) {
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  static_assert(kDigits.size() == 32);
  std::vector<std::byte> bytes(length);
  base::SystemRandom(bytes);
  std::string name;
  // 256 is a multiple of 32: five bits of each byte are uniform.
  for (const std::byte byte : bytes) {
    name += kDigits[std::to_integer<size_t>(byte) % kDigits.size()];
  }
  return name;
}

}  // namespace artspeak::web
