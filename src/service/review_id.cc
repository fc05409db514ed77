#include "service/review_id.h"

#include <cstddef>

#include "service/random_digits.h"

namespace artspeak::service {

namespace {

constexpr size_t kLength = 12;
constexpr size_t kOldLength = 8;

}  // namespace

std::string NewReviewId() { return RandomDigits(kLength); }

bool IsReviewId(std::string_view id) {
  const std::string_view digits =
      id.size() == kOldLength ? "0123456789abcdef" : kBase32Digits;
  return (id.size() == kOldLength || id.size() == kLength) &&
         id.find_first_not_of(digits) == std::string_view::npos;
}

}  // namespace artspeak::service
