#include "service/subscription_token.h"

#include <cstddef>

#include "service/random_digits.h"

namespace artspeak::service {

namespace {

constexpr size_t kLength = 32;

}  // namespace

std::string NewSubscriptionToken() { return RandomDigits(kLength); }

bool IsSubscriptionToken(std::string_view text) {
  return text.size() == kLength &&
         text.find_first_not_of(kBase32Digits) == std::string_view::npos;
}

}  // namespace artspeak::service
