// Products of bytes with AVX-512 and VNNI.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "nn/packed_kernels.h"
#include "nn/packed_tiles_avx512.h"

namespace artspeak::nn::avx512 {

namespace {

void Quantize(int8_t* values, float* scales, int32_t* sums, const float* x,
              int64_t K) {
  constexpr int kParts = kPackedGroup / 16;
  for (int64_t begin = 0; begin < K; begin += kPackedGroup) {
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
    const bool some = largest > kInt8Least && largest < INFINITY;
    const __m512 factor = _mm512_set1_ps(some ? 127 / largest : 0);
    for (int i = 0; i < kParts; i += 2) {
      __m512i sum = _mm512_setzero_si512();
      for (int j = i; j < i + 2; ++j) {
        const __m512i steps =
            some ? _mm512_cvtps_epi32(_mm512_mul_ps(part[j], factor))
                 : _mm512_setzero_si512();
        sum = _mm512_add_epi32(sum, steps);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(values + 16 * j),
                         _mm512_cvtepi32_epi8(steps));
      }
      *sums++ = _mm512_reduce_add_epi32(sum);
    }
    *scales++ =
        largest > kInt8Least || !(largest == largest) ? largest / 127 : 0;
    values += kPackedGroup;
  }
}

// The four inputs' weights of 16 outputs each, as unsigned bytes.
struct Bytes {
  static constexpr int kParts = 1;
  static constexpr int64_t kStep = 4 * kPackedPanel;  // bytes of four inputs
  static constexpr int kHighTimes = 1;
  static void Load(const std::byte* w, __m512i* low, __m512i* high) {
    *low = _mm512_loadu_si512(w);
    *high = _mm512_loadu_si512(w + 64);
  }
};
// The high halves of bytes are left where they are, as 16 times the weight;
// the sums are divided by 16 at the end, which rounds nothing.
struct Halves {
  static constexpr int kParts = 4;
  static constexpr int64_t kStep = 2 * kPackedPanel;
  static constexpr int kHighTimes = 16;
  static void Load(const std::byte* w, __m512i* low, __m512i* high) {
    const __m512i both = _mm512_loadu_si512(w);
    *low = _mm512_and_si512(both, _mm512_set1_epi8(0x0f));
    *high = _mm512_and_si512(both, _mm512_set1_epi8(static_cast<char>(0xf0)));
  }
};

__m512 LoadScales(const std::byte* bits) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(
      _mm512_cvtepu16_epi32(
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits))),
      16));
}

// kRows rows of one panel.
template <typename Format, int kRows>
void Tile(float* y, int64_t y_stride, const int8_t* x, const float* scales,
          const int32_t* corrections, int64_t groups, const std::byte* w,
          const float* bias, int64_t outputs, Ahead ahead) {
  constexpr int kParts = Format::kParts;
  const int64_t x_stride = groups * kPackedGroup;
  __m512 sums[kRows][2] = {};
  for (int64_t g = 0; g < groups; ++g) {
    const std::byte* scale_bits = w;
    w += kParts * 2 * kPackedPanel;
    __m512 group_sums[kRows][2];
    for (int part = 0; part < kParts; ++part) {
      __m512i dots[kRows][2];
      for (int r = 0; r < kRows; ++r) {
        const int32_t c = corrections[(r * groups + g) * 4 + part];
        dots[r][0] = _mm512_set1_epi32(c);
        dots[r][1] = Format::kHighTimes == 1
                         ? dots[r][0]
                         : _mm512_set1_epi32(c * Format::kHighTimes);
      }
      // Eight steps are one piece of code, or GCC 12 copies every accumulator
      // at every step.
      for (int64_t i = 0; i < kPackedGroup / kParts / kInt4Part; ++i)
#pragma GCC unroll 8
        for (int64_t k = 0; k < kInt4Part; k += 4, x += 4) {
          __m512i low, high;
          Format::Load(w, &low, &high);
          w += Format::kStep;
          ahead.Next<Format::kStep>();
          for (int r = 0; r < kRows; ++r) {
            int32_t four;
            std::memcpy(&four, x + r * x_stride, sizeof four);
            const __m512i factor = _mm512_set1_epi32(four);
            dots[r][0] = _mm512_dpbusd_epi32(dots[r][0], low, factor);
            dots[r][1] = _mm512_dpbusd_epi32(dots[r][1], high, factor);
          }
        }
      for (int half = 0; half < 2; ++half, scale_bits += kPackedPanel) {
        const __m512 scale = LoadScales(scale_bits);
        for (int r = 0; r < kRows; ++r) {
          const __m512 dot = _mm512_cvtepi32_ps(dots[r][half]);
          group_sums[r][half] =
              part == 0 ? _mm512_mul_ps(dot, scale)
                        : _mm512_fmadd_ps(dot, scale, group_sums[r][half]);
        }
      }
    }
    for (int r = 0; r < kRows; ++r) {
      const __m512 scale = _mm512_set1_ps(scales[r * groups + g]);
      for (int half = 0; half < 2; ++half) {
        sums[r][half] =
            _mm512_fmadd_ps(group_sums[r][half], scale, sums[r][half]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    if (Format::kHighTimes != 1) {
      sums[r][1] =
          _mm512_mul_ps(sums[r][1], _mm512_set1_ps(1.0f / Format::kHighTimes));
    }
    for (int half = 0; half < 2; ++half) {
      StoreHalf(y + r * y_stride, sums[r][half], bias, outputs, half);
    }
  }
}

template <typename Format>
void ProductOf(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
               const PackedMatrix& w, const float* bias, int64_t begin,
               int64_t end) {
  using TileFunction =
      void (*)(float*, int64_t, const int8_t*, const float*, const int32_t*,
               int64_t, const std::byte*, const float*, int64_t, Ahead);
  constexpr TileFunction kTiles[kMostRows] = {
      &Tile<Format, 1>, &Tile<Format, 2>, &Tile<Format, 3>, &Tile<Format, 4>,
      &Tile<Format, 5>, &Tile<Format, 6>, &Tile<Format, 7>, &Tile<Format, 8>};
  const int64_t groups = w.groups();
  ForTiles(w, rows, Format::kStep, begin, end,
           [&](int64_t row, int count, int64_t panel, Ahead ahead) {
             const int64_t first = panel * kPackedPanel;
             kTiles[count - 1](
                 y + row * y_stride + first, y_stride,
                 x.values + row * groups * kPackedGroup,
                 x.scales + row * groups, x.corrections + row * groups * 4,
                 groups, w.data + panel * w.panel_bytes(),
                 bias != nullptr ? bias + first : nullptr, w.N - first, ahead);
           });
}

void Product(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
             const PackedMatrix& w, const float* bias, int64_t begin,
             int64_t end) {
  const auto product =
      w.format == PackedFormat::kInt8 ? &ProductOf<Bytes> : &ProductOf<Halves>;
  product(y, y_stride, x, rows, w, bias, begin, end);
}

}  // namespace

extern const PackedKernels kPackedKernels;
const PackedKernels kPackedKernels = {&Quantize, &Product, nullptr};

}  // namespace artspeak::nn::avx512
