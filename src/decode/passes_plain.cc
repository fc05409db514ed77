// The passes for any processor (SSE2 is every 64-bit x86).
#include <cstdint>

#include "decode/passes.h"

namespace artspeak::decode::plain {

constexpr int kVectorBytes = 16;

#include "decode/passes.inl"

}  // namespace artspeak::decode::plain
