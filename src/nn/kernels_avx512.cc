// The kernels for AVX-512 (F, BW, DQ, VL).
#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::nn::avx512 {

constexpr int kVectorBytes = 64;

#include "nn/kernels.inl"

}  // namespace artspeak::nn::avx512
