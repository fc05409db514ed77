// The upper half of an fp32 number: its range with 8 bits of precision.
#pragma once

#include <cstdint>

namespace artspeak::nn {

struct Bfloat16 {
  uint16_t bits;
};

}  // namespace artspeak::nn
