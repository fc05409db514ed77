// The kernels for AVX2 with fused multiply-add.
#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::nn::avx2 {

constexpr int kVectorBytes = 32;

#include "nn/kernels.inl"

}  // namespace artspeak::nn::avx2
