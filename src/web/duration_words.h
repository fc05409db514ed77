// Durations in words for a visitor.
#pragma once

#include <chrono>
#include <string>

#include "service/review.h"

namespace artspeak::web {

// "20 to 40 seconds", "less than 3 minutes", "1 to 2 hours": rounded outwards,
// so that the range stays honest.
std::string DescribeRange(const service::SecondsRange& range);

// When something may be tried again: "in less than a minute", "in 12 minutes".
// Rounded up: whoever comes then is not early.
std::string DescribeWait(std::chrono::seconds wait);

}  // namespace artspeak::web
