// Adam's 8-bit moments for AVX-512 (F, BW, DQ, VL).
#include <cstdint>

#include "nn/moment_kernels.h"

namespace artspeak::nn::avx512 {

#include "nn/moment_kernels.inl"

}  // namespace artspeak::nn::avx512
