// Products of bytes with AVX-512 and VNNI.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "nn/int8_kernels.h"

namespace artspeak::nn::avx512 {

namespace {

// Far enough ahead that the page walk and the memory are awaited by nobody:
// found by trial, 2 to 8 KB are alike. Beyond the end a prefetch never faults.
constexpr int64_t kAhead = 4096;
constexpr int kMostRows = 8;  // a tile's accumulators stay in registers

void Quantize(int8_t* values, float* scales, int32_t* corrections,
              const float* x, int64_t K) {
  constexpr int kParts = kInt8Group / 16;
  for (int64_t begin = 0; begin < K; begin += kInt8Group) {
    __m512 part[kParts];
    __m512i magnitudes = _mm512_setzero_si512();
    for (int i = 0; i < kParts; ++i) {
      const int64_t rest = std::clamp<int64_t>(K - begin - 16 * i, 0, 16);
      part[i] = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << rest) - 1),
                                      x + begin + 16 * i);
      // As integers, magnitudes order as numbers do, and NaN above all.
      magnitudes = _mm512_max_epu32(
          magnitudes, _mm512_and_si512(_mm512_castps_si512(part[i]),
                                       _mm512_set1_epi32(0x7fffffff)));
    }
    const float largest = _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128(
        static_cast<int>(_mm512_reduce_max_epu32(magnitudes)))));
    __m512i sum = _mm512_setzero_si512();
    const bool some = largest > kInt8Least && largest < INFINITY;
    const __m512 factor = _mm512_set1_ps(some ? 127 / largest : 0);
    for (int i = 0; i < kParts; ++i) {
      const __m512i steps =
          some ? _mm512_cvtps_epi32(_mm512_mul_ps(part[i], factor))
               : _mm512_setzero_si512();
      sum = _mm512_add_epi32(sum, steps);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(values + 16 * i),
                       _mm512_cvtepi32_epi8(steps));
    }
    *scales++ =
        largest > kInt8Least || !(largest == largest) ? largest / 127 : 0;
    *corrections++ = -128 * _mm512_reduce_add_epi32(sum);
    values += kInt8Group;
  }
}

// kRows rows of one panel.
template <int kRows>
void Tile(float* y, int64_t y_stride, const int8_t* values, const float* scales,
          const int32_t* corrections, int64_t groups, const std::byte* panel,
          const float* bias, __mmask32 outputs) {
  __m512 sums[kRows][2] = {};
  for (int64_t g = 0; g < groups; ++g, panel += kInt8GroupBytes) {
    __m512i dots[kRows][2];
    for (int r = 0; r < kRows; ++r) {
      dots[r][0] = dots[r][1] = _mm512_set1_epi32(corrections[r * groups + g]);
    }
    const std::byte* w = panel + 2 * kInt8Panel;
    const int8_t* x = values + g * kInt8Group;
    for (int64_t k = 0; k < kInt8Group; k += 4, w += 4 * kInt8Panel) {
      const __m512i low = _mm512_loadu_si512(w);
      const __m512i high = _mm512_loadu_si512(w + 64);
      _mm_prefetch(reinterpret_cast<const char*>(w + kAhead), _MM_HINT_T0);
      _mm_prefetch(reinterpret_cast<const char*>(w + kAhead + 64), _MM_HINT_T0);
      for (int r = 0; r < kRows; ++r) {
        int32_t four;
        std::memcpy(&four, x + r * groups * kInt8Group + k, sizeof four);
        const __m512i factor = _mm512_set1_epi32(four);
        dots[r][0] = _mm512_dpbusd_epi32(dots[r][0], low, factor);
        dots[r][1] = _mm512_dpbusd_epi32(dots[r][1], high, factor);
      }
    }
    for (int half = 0; half < 2; ++half) {
      const __m256i bits = _mm256_loadu_si256(
          reinterpret_cast<const __m256i*>(panel + half * 32));
      const __m512 scale = _mm512_castsi512_ps(
          _mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
      for (int r = 0; r < kRows; ++r) {
        const __m512 factor =
            _mm512_mul_ps(scale, _mm512_set1_ps(scales[r * groups + g]));
        sums[r][half] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[r][half]),
                                        factor, sums[r][half]);
      }
    }
  }
  for (int half = 0; half < 2; ++half) {
    const auto mask = static_cast<__mmask16>(outputs >> (16 * half));
    for (int r = 0; r < kRows; ++r) {
      __m512 sum = sums[r][half];
      if (bias != nullptr) {
        sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, bias + 16 * half));
      }
      _mm512_mask_storeu_ps(y + r * y_stride + 16 * half, mask, sum);
    }
  }
}

using TileFunction = void (*)(float*, int64_t, const int8_t*, const float*,
                              const int32_t*, int64_t, const std::byte*,
                              const float*, __mmask32);
constexpr TileFunction kTiles[kMostRows] = {&Tile<1>, &Tile<2>, &Tile<3>,
                                            &Tile<4>, &Tile<5>, &Tile<6>,
                                            &Tile<7>, &Tile<8>};

void Product(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
             const Int8Matrix& w, const float* bias, int64_t begin,
             int64_t end) {
  const int64_t groups = w.groups();
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t first = panel * kInt8Panel;
    const int64_t outputs = std::min(kInt8Panel, w.N - first);
    const auto mask = static_cast<__mmask32>((uint64_t{1} << outputs) - 1);
    // Equal tiles: nine rows are five and four, not eight and one.
    const int64_t tiles = (rows + kMostRows - 1) / kMostRows;
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t row = rows * tile / tiles;
      const int64_t count = rows * (tile + 1) / tiles - row;
      kTiles[count - 1](y + row * y_stride + first, y_stride,
                        x.values + row * groups * kInt8Group,
                        x.scales + row * groups, x.corrections + row * groups,
                        groups, w.data + panel * w.panel_bytes(),
                        bias != nullptr ? bias + first : nullptr, mask);
    }
  }
}

}  // namespace

extern const Int8Kernels kInt8Kernels;
const Int8Kernels kInt8Kernels = {&Quantize, &Product};

}  // namespace artspeak::nn::avx512
