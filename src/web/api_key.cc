#include "web/api_key.h"

#include "base/hash.h"
#include "service/random_digits.h"

namespace artspeak::web {

namespace {
constexpr size_t kHashBytes = 32;
}  // namespace

std::string NewApiKey() { return "sk-" + service::RandomDigits(32); }

std::string HashApiKey(std::string_view key) {
  return base::Blake2bHex(key, kHashBytes);
}

bool IsApiKeyHash(std::string_view text) {
  return text.size() == 2 * kHashBytes &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace artspeak::web
