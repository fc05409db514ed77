// The kernels for any processor (SSE2 is every 64-bit x86).
#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::nn::plain {

constexpr int kVectorBytes = 16;

#include "nn/kernels.inl"

}  // namespace artspeak::nn::plain
