// The passes for AVX-512 (F, BW, DQ, VL).
#include <cstdint>

#include "decode/passes.h"

namespace artspeak::decode::avx512 {

constexpr int kVectorBytes = 64;

#include "decode/passes.inl"

}  // namespace artspeak::decode::avx512
