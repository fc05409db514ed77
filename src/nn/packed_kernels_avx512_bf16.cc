// Products of bfloat16 numbers with AVX-512's instruction for pairs of them.
#include <immintrin.h>

#include <cstring>

#include "nn/packed_kernels.h"
#include "nn/packed_tiles_avx512.h"

namespace artspeak::nn::avx512 {

namespace {

constexpr int64_t kStep = 4 * kPackedPanel;  // bytes of two inputs

__m512bh Pairs(__m512i bits) {
  __m512bh pairs;
  std::memcpy(&pairs, &bits, sizeof pairs);
  return pairs;
}

// kRows rows of one panel.
template <int kRows>
void Tile(float* y, int64_t y_stride, const Bfloat16* x, int64_t inputs,
          const std::byte* w, const float* bias, int64_t outputs, Ahead ahead) {
  __m512 sums[kRows][2] = {};
  for (int64_t k = 0; k < inputs; k += 2, w += kStep) {
    const __m512bh low = Pairs(_mm512_loadu_si512(w));
    const __m512bh high = Pairs(_mm512_loadu_si512(w + 64));
    ahead.Next<kStep>();
    for (int r = 0; r < kRows; ++r) {
      int32_t two;
      std::memcpy(&two, x + r * inputs + k, sizeof two);
      const __m512bh factor = Pairs(_mm512_set1_epi32(two));
      sums[r][0] = _mm512_dpbf16_ps(sums[r][0], low, factor);
      sums[r][1] = _mm512_dpbf16_ps(sums[r][1], high, factor);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int half = 0; half < 2; ++half) {
      StoreHalf(y + r * y_stride, sums[r][half], bias, outputs, half);
    }
  }
}

using TileFunction = void (*)(float*, int64_t, const Bfloat16*, int64_t,
                              const std::byte*, const float*, int64_t, Ahead);
constexpr TileFunction kTiles[kMostRows] = {&Tile<1>, &Tile<2>, &Tile<3>,
                                            &Tile<4>, &Tile<5>, &Tile<6>,
                                            &Tile<7>, &Tile<8>};

}  // namespace

void ProductBf16(float* y, int64_t y_stride, const Bfloat16* x, int64_t rows,
                 const PackedMatrix& w, const float* bias, int64_t begin,
                 int64_t end);
void ProductBf16(float* y, int64_t y_stride, const Bfloat16* x, int64_t rows,
                 const PackedMatrix& w, const float* bias, int64_t begin,
                 int64_t end) {
  const int64_t inputs = w.groups() * kPackedGroup;
  ForTiles(w, rows, kStep, begin, end,
           [&](int64_t row, int count, int64_t panel, Ahead ahead) {
             const int64_t first = panel * kPackedPanel;
             kTiles[count - 1](
                 y + row * y_stride + first, y_stride, x + row * inputs, inputs,
                 w.data + panel * w.panel_bytes(),
                 bias != nullptr ? bias + first : nullptr, w.N - first, ahead);
           });
}

}  // namespace artspeak::nn::avx512
