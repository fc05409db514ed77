// The id of a review, which is its address: /review/<id>.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::service {

// Twelve base-32 digits (60 bits) from the system's random source: cannot be
// guessed or enumerated. Digits and lower-case letters without i, l, o, u
// (Crockford's alphabet), so that an id survives being read aloud.
std::string NewReviewId();

// A new id, or an old one of eight hexadecimal digits (imported reviews).
bool IsReviewId(std::string_view id);

}  // namespace artspeak::service
