#include "service/random_digits.h"

#include <span>
#include <vector>

#include "base/random.h"

namespace artspeak::service {

static_assert(kBase32Digits.size() == 32);

std::string RandomDigits(size_t count) {
  std::vector<std::byte> bytes(count);
  base::SystemRandom(bytes);
  std::string digits;
  // 256 is a multiple of 32: five bits of each byte are uniform.
  for (std::byte b : bytes) {
    digits += kBase32Digits[std::to_integer<size_t>(b) % 32];
  }
  return digits;
}

}  // namespace artspeak::service
