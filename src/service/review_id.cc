#include "service/review_id.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"

namespace artspeak::service {

namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
static_assert(kDigits.size() == 32);
constexpr size_t kLength = 12;
constexpr size_t kOldLength = 8;

}  // namespace

std::string NewReviewId() {
  std::array<std::byte, kLength> bytes;
  base::SystemRandom(bytes);
  std::string id;
  // 256 is a multiple of 32: five bits of each byte are uniform.
  for (std::byte b : bytes) id += kDigits[std::to_integer<size_t>(b) % 32];
  return id;
}

bool IsReviewId(std::string_view id) {
  const std::string_view digits =
      id.size() == kOldLength ? "0123456789abcdef" : kDigits;
  return (id.size() == kOldLength || id.size() == kLength) &&
         id.find_first_not_of(digits) == std::string_view::npos;
}

}  // namespace artspeak::service
