// The passes for AVX2.
#include <cstdint>

#include "decode/passes.h"

namespace artspeak::decode::avx2 {

constexpr int kVectorBytes = 32;

#include "decode/passes.inl"

}  // namespace artspeak::decode::avx2
