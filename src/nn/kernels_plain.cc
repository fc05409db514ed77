// The kernels for any processor (SSE2 is every 64-bit x86).
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::nn::plain {

constexpr int kVectorBytes = 16;

// Bytes to 32-bit integers, which GCC's own conversion does one by one.
inline __m128i WidenBytes(const int8_t* from) {
  const __m128i bytes = _mm_loadu_si32(from);
  const __m128i twice = _mm_unpacklo_epi8(bytes, bytes);
  return _mm_srai_epi32(_mm_unpacklo_epi16(twice, twice), 24);
}

#include "nn/kernels.inl"

}  // namespace artspeak::nn::plain
