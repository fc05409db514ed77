// The kernels for AVX2 with fused multiply-add.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::nn::avx2 {

constexpr int kVectorBytes = 32;

// Bytes to 32-bit integers, which GCC's own conversion does one by one.
inline __m256i WidenBytes(const int8_t* from) {
  return _mm256_cvtepi8_epi32(_mm_loadu_si64(from));
}

#include "nn/kernels.inl"

}  // namespace artspeak::nn::avx2
