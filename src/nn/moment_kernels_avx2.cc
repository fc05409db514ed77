// Adam's 8-bit moments for AVX2.
#include <cstdint>

#include "nn/moment_kernels.h"

namespace artspeak::nn::avx2 {

#include "nn/moment_kernels.inl"

}  // namespace artspeak::nn::avx2
