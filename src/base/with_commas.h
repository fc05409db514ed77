// Large numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace artspeak::base {

// 1,234,567
std::string WithCommas(int64_t number);

}  // namespace artspeak::base
