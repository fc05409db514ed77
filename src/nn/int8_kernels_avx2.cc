// Products of bytes with AVX2: bytes widened to 16 bits, since its instruction
// for bytes saturates.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "nn/int8_kernels.h"

namespace artspeak::nn::avx2 {

namespace {

constexpr int64_t kAhead = 4096;        // see int8_kernels_avx512.cc
constexpr int kLanes = kInt8Panel / 4;  // vectors of four outputs

void Quantize(int8_t* values, float* scales, int32_t* corrections,
              const float* x, int64_t K) {
  for (int64_t begin = 0; begin < K; begin += kInt8Group) {
    alignas(32) float group[kInt8Group] = {};
    const int64_t count = std::min(kInt8Group, K - begin);
    std::memcpy(group, x + begin, sizeof(float) * static_cast<size_t>(count));
    // As integers, magnitudes order as numbers do, and NaN above all.
    __m256i magnitudes = _mm256_setzero_si256();
    for (int64_t k = 0; k < kInt8Group; k += 8) {
      const __m256i bits =
          _mm256_load_si256(reinterpret_cast<const __m256i*>(group + k));
      magnitudes = _mm256_max_epu32(
          magnitudes, _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff)));
    }
    float eight[8];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(eight), magnitudes);
    float largest = 0;
    for (const float one : eight) {
      // Written so that a NaN stays.
      if (!(one <= largest)) largest = one;
      if (largest != largest) break;
    }
    const bool some = largest > kInt8Least && largest < INFINITY;
    const __m256 factor = _mm256_set1_ps(some ? 127 / largest : 0);
    int32_t sum = 0;
    for (int64_t k = 0; k < kInt8Group; k += 8) {
      alignas(32) int32_t steps[8] = {};
      if (some) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(steps),
                           _mm256_cvtps_epi32(_mm256_mul_ps(
                               _mm256_load_ps(group + k), factor)));
      }
      for (int i = 0; i < 8; ++i) {
        values[k + i] = static_cast<int8_t>(steps[i]);
        sum += steps[i];
      }
    }
    *scales++ =
        largest > kInt8Least || !(largest == largest) ? largest / 127 : 0;
    *corrections++ = -128 * sum;
    values += kInt8Group;
  }
}

// One row of one panel. dots[v] holds, of outputs 4 v to 4 v + 3, the sums of
// even and odd pairs of inputs.
void Row(float* y, const int8_t* values, const float* scales,
         const int32_t* corrections, int64_t groups, const std::byte* panel) {
  __m256 sums[kLanes / 2] = {};
  for (int64_t g = 0; g < groups; ++g, panel += kInt8GroupBytes) {
    __m256i dots[kLanes] = {};
    const std::byte* w = panel + 2 * kInt8Panel;
    const int8_t* x = values + g * kInt8Group;
    for (int64_t k = 0; k < kInt8Group; k += 4, w += 4 * kInt8Panel) {
      _mm_prefetch(reinterpret_cast<const char*>(w + kAhead), _MM_HINT_T0);
      _mm_prefetch(reinterpret_cast<const char*>(w + kAhead + 64), _MM_HINT_T0);
      int32_t four;
      std::memcpy(&four, x + k, sizeof four);
      const __m256i factor = _mm256_cvtepi8_epi16(_mm_set1_epi32(four));
      for (int v = 0; v < kLanes; ++v) {
        const __m256i bytes = _mm256_cvtepu8_epi16(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(w + 16 * v)));
        dots[v] = _mm256_add_epi32(dots[v], _mm256_madd_epi16(bytes, factor));
      }
    }
    const __m256i correction = _mm256_set1_epi32(corrections[g]);
    for (int v = 0; v < kLanes; v += 2) {
      // Outputs 0 1 4 5 | 2 3 6 7 after the addition of pairs, then in order.
      const __m256i pairs = _mm256_permute4x64_epi64(
          _mm256_hadd_epi32(dots[v], dots[v + 1]), _MM_SHUFFLE(3, 1, 2, 0));
      const __m128i bits =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(panel + 8 * v));
      const __m256 scale = _mm256_castsi256_ps(
          _mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
      sums[v / 2] = _mm256_fmadd_ps(
          _mm256_cvtepi32_ps(_mm256_add_epi32(pairs, correction)),
          _mm256_mul_ps(scale, _mm256_set1_ps(scales[g])), sums[v / 2]);
    }
  }
  for (int v = 0; v < kLanes / 2; ++v) _mm256_storeu_ps(y + 8 * v, sums[v]);
}

void Product(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
             const Int8Matrix& w, const float* bias, int64_t begin,
             int64_t end) {
  const int64_t groups = w.groups();
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t first = panel * kInt8Panel;
    const int64_t outputs = std::min(kInt8Panel, w.N - first);
    for (int64_t row = 0; row < rows; ++row) {
      float sums[kInt8Panel];
      Row(sums, x.values + row * groups * kInt8Group, x.scales + row * groups,
          x.corrections + row * groups, groups,
          w.data + panel * w.panel_bytes());
      for (int64_t n = 0; n < outputs; ++n) {
        y[row * y_stride + first + n] =
            bias != nullptr ? sums[n] + bias[first + n] : sums[n];
      }
    }
  }
}

}  // namespace

extern const Int8Kernels kInt8Kernels;
const Int8Kernels kInt8Kernels = {&Quantize, &Product};

}  // namespace artspeak::nn::avx2
