// The products of bf16_kernels.h with AVX-512 and its instructions for
// bfloat16.
#include <immintrin.h>

#include <cstring>

#include "nn/bf16_kernels.h"

namespace artspeak::nn::avx512 {

namespace {

constexpr int kLanes = 16;

__m512bh Pairs(__m512i bits) {
  __m512bh pairs;
  std::memcpy(&pairs, &bits, sizeof pairs);
  return pairs;
}

#include "nn/panel_loops.inl"

// 6 × 4 sums, 4 vectors of the panel and a factor fill the 32 registers but
// three, and need 10 loads for 24 multiply-adds.
struct PairTile {
  using Number = Bfloat16;
  static constexpr int kRows = 6;
  static constexpr int kWide = kPanel / kLanes;
  static constexpr int64_t kColumns = kPanel;
  static constexpr int64_t kBlockSteps = 512;  // 128 KB of a panel

  template <int kCount>
  static void Run(float* c, int64_t c_stride, PanelLeft<Bfloat16> a,
                  const Bfloat16* b, int64_t steps, bool accumulate,
                  const Bfloat16* next, int64_t next_stride) {
    __m512 sums[kCount][kWide] = {};
    if (accumulate) {
      for (int r = 0; r < kCount; ++r) {
        for (int w = 0; w < kWide; ++w) {
          sums[r][w] = _mm512_loadu_ps(c + r * c_stride + w * kLanes);
        }
      }
    }
    const Bfloat16* left = a.data;
    for (int64_t s = 0; s < steps; ++s, left += a.step_distance) {
      __builtin_prefetch(next, 0, 2);
      next += next_stride;
      __m512bh right[kWide];
      for (int w = 0; w < kWide; ++w, b += 2 * kLanes) {
        right[w] = Pairs(_mm512_loadu_si512(b));
      }
      for (int r = 0; r < kCount; ++r) {
        int32_t two;
        std::memcpy(&two, left + r * a.row_distance, sizeof two);
        const __m512bh factor = Pairs(_mm512_set1_epi32(two));
        for (int w = 0; w < kWide; ++w) {
          sums[r][w] = _mm512_dpbf16_ps(sums[r][w], factor, right[w]);
        }
      }
    }
    for (int r = 0; r < kCount; ++r) {
      for (int w = 0; w < kWide; ++w) {
        _mm512_storeu_ps(c + r * c_stride + w * kLanes, sums[r][w]);
      }
    }
  }
};

__mmask16 FirstLanes(int64_t count) {
  if (count >= kLanes) return 0xffff;
  return count <= 0 ? 0 : static_cast<__mmask16>((1u << count) - 1);
}

// 32 numbers, those of `low` first.
__m512i RoundTwo(__m512 low, __m512 high) {
  const __m512bh pairs = _mm512_cvtne2ps_pbh(high, low);
  __m512i bits;
  std::memcpy(&bits, &pairs, sizeof bits);
  return bits;
}

__mmask32 FirstHalves(int64_t count) {
  if (count >= 2 * kLanes) return 0xffffffff;
  return count <= 0 ? 0 : static_cast<__mmask32>((uint64_t{1} << count) - 1);
}

// scale · `count` numbers of `in`, at most 32, the rest zeros.
__m512i RoundSome(const float* in, int64_t count, float scale) {
  const __m512 factor = _mm512_set1_ps(scale);
  return RoundTwo(
      _mm512_mul_ps(_mm512_maskz_loadu_ps(FirstLanes(count), in), factor),
      _mm512_mul_ps(
          _mm512_maskz_loadu_ps(FirstLanes(count - kLanes), in + kLanes),
          factor));
}

void Round(Bfloat16* out, const float* in, int64_t count, float scale) {
  for (int64_t i = 0; i < count; i += 2 * kLanes) {
    _mm512_mask_storeu_epi16(out + i, FirstHalves((count - i + 1) / 2 * 2),
                             RoundSome(in + i, count - i, scale));
  }
}

// Two rows' 16 numbers each, in turn: columns of one vector of a panel.
__m512i Interleave(__m256i even, __m256i odd) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(even),
                         _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16));
}

void Pack(Bfloat16* panel, const Bfloat16* in, int64_t stride, int64_t K,
          int64_t columns) {
  for (int64_t k = 0; k < K; k += 2, in += 2 * stride) {
    for (int w = 0; w < PairTile::kWide; ++w, panel += 2 * kLanes) {
      const __mmask16 mask = FirstLanes(columns - w * kLanes);
      const Bfloat16* from = in + w * kLanes;
      const __m256i even = _mm256_maskz_loadu_epi16(mask, from);
      const __m256i odd =
          _mm256_maskz_loadu_epi16(k + 1 < K ? mask : 0, from + stride);
      _mm512_storeu_si512(panel, Interleave(even, odd));
    }
  }
}

void RoundAndPack(Bfloat16* panel, const float* in, int64_t stride, int64_t K,
                  int64_t columns, float scale) {
  const __m512 factor = _mm512_set1_ps(scale);
  for (int64_t k = 0; k < K; k += 2, in += 2 * stride) {
    for (int w = 0; w < PairTile::kWide; ++w, panel += 2 * kLanes) {
      const __mmask16 mask = FirstLanes(columns - w * kLanes);
      const float* from = in + w * kLanes;
      const __m512i both = RoundTwo(
          _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, from), factor),
          _mm512_mul_ps(
              _mm512_maskz_loadu_ps(k + 1 < K ? mask : 0, from + stride),
              factor));
      _mm512_storeu_si512(panel,
                          Interleave(_mm512_castsi512_si256(both),
                                     _mm512_extracti64x4_epi64(both, 1)));
    }
  }
}

// Lane c of vector r goes to lane r of vector c: first in blocks of 4 × 4, then
// the blocks.
void Transpose(__m512i v[kLanes]) {
  __m512i t[kLanes];
  for (int i = 0; i < kLanes; i += 2) {
    t[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
  }
  for (int i = 0; i < kLanes; i += 4) {
    v[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    v[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    v[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    v[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    const __m512i low_even = _mm512_shuffle_i32x4(v[i], v[i + 4], 0x88);
    const __m512i low_odd = _mm512_shuffle_i32x4(v[i], v[i + 4], 0xdd);
    const __m512i high_even = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0x88);
    const __m512i high_odd = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0xdd);
    t[i] = _mm512_shuffle_i32x4(low_even, high_even, 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(low_odd, high_odd, 0x88);
    t[i + 8] = _mm512_shuffle_i32x4(low_even, high_even, 0xdd);
    t[i + 12] = _mm512_shuffle_i32x4(low_odd, high_odd, 0xdd);
  }
  for (int i = 0; i < kLanes; ++i) v[i] = t[i];
}

void RoundAndPackTransposed(Bfloat16* panel, const float* in, int64_t stride,
                            int64_t K, int64_t columns, float scale) {
  for (int64_t column = 0; column < kPanel; column += kLanes) {
    for (int64_t k = 0; k < K; k += 2 * kLanes) {
      __m512i pairs[kLanes];  // a column each
      for (int64_t c = 0; c < kLanes; ++c) {
        pairs[c] = column + c < columns
                       ? RoundSome(in + (column + c) * stride + k, K - k, scale)
                       : _mm512_setzero_si512();
      }
      Transpose(pairs);
      const int64_t rows = (K - k + 1) / 2 < kLanes ? (K - k + 1) / 2 : kLanes;
      Bfloat16* to = panel + k * kPanel + 2 * column;
      for (int64_t p = 0; p < rows; ++p, to += 2 * kPanel) {
        _mm512_storeu_si512(to, pairs[p]);
      }
    }
  }
}

}  // namespace

extern const Bf16Kernels kBf16Kernels;
const Bf16Kernels kBf16Kernels = {
    {.multiply = PanelLoops<PairTile>::Multiply,
     .round = Round,
     .round_and_pack = RoundAndPack,
     .round_and_pack_transposed = RoundAndPackTransposed},
    Pack};

}  // namespace artspeak::nn::avx512
