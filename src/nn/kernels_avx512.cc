// The kernels for AVX-512 (F, BW, DQ, VL).
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::nn::avx512 {

constexpr int kVectorBytes = 64;

// Bytes to 32-bit integers, which GCC's own conversion does one by one.
inline __m512i WidenBytes(const int8_t* from) {
  return _mm512_cvtepi8_epi32(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

#include "nn/kernels.inl"

}  // namespace artspeak::nn::avx512
