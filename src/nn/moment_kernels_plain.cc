// Adam's 8-bit moments for any processor (SSE2 is every 64-bit x86).
#include <cstdint>

#include "nn/moment_kernels.h"

namespace artspeak::nn::plain {

#include "nn/moment_kernels.inl"

}  // namespace artspeak::nn::plain
