// Products with packed weights with AVX2: bytes widened to 16 bits, since its
// instruction for bytes saturates.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "nn/packed_kernels.h"

namespace artspeak::nn::avx2 {

namespace {

constexpr int64_t kAhead = 4096;            // see packed_tiles_avx512.h
constexpr int kLanes = kPackedPanel / 4;    // vectors of four outputs
constexpr int kVectors = kPackedPanel / 8;  // vectors of eight numbers

void Quantize(int8_t* values, float* scales, int32_t* sums, const float* x,
              int64_t K) {
  for (int64_t begin = 0; begin < K; begin += kPackedGroup) {
    alignas(32) float group[kPackedGroup] = {};
    const int64_t count = std::min(kPackedGroup, K - begin);
    std::memcpy(group, x + begin, sizeof(float) * static_cast<size_t>(count));
    // As integers, magnitudes order as numbers do, and NaN above all.
    __m256i magnitudes = _mm256_setzero_si256();
    for (int64_t k = 0; k < kPackedGroup; k += 8) {
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
    for (int64_t k = 0; k < kPackedGroup; k += 8) {
      alignas(32) int32_t steps[8] = {};
      if (some) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(steps),
                           _mm256_cvtps_epi32(_mm256_mul_ps(
                               _mm256_load_ps(group + k), factor)));
      }
      if (k % kInt4Part == 0) *sums = 0;
      for (int i = 0; i < 8; ++i) {
        values[k + i] = static_cast<int8_t>(steps[i]);
        *sums += steps[i];
      }
      if ((k + 8) % kInt4Part == 0) ++sums;
    }
    *scales++ =
        largest > kInt8Least || !(largest == largest) ? largest / 127 : 0;
    values += kPackedGroup;
  }
}

// The four inputs' weights of four outputs, as 16-bit numbers, in kLanes
// vectors for all outputs.
struct Bytes {
  static constexpr int kParts = 1;
  static constexpr int64_t kStep = 4 * kPackedPanel;  // bytes of four inputs
  static void Load(const std::byte* w, __m256i (&lanes)[kLanes]) {
    for (int v = 0; v < kLanes; ++v) {
      lanes[v] = _mm256_cvtepu8_epi16(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(w + 16 * v)));
    }
  }
};
struct Halves {
  static constexpr int kParts = 4;
  static constexpr int64_t kStep = 2 * kPackedPanel;
  static void Load(const std::byte* w, __m256i (&lanes)[kLanes]) {
    for (int v = 0; v < kLanes / 2; ++v) {
      const __m256i both = _mm256_cvtepu8_epi16(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(w + 16 * v)));
      lanes[v] = _mm256_and_si256(both, _mm256_set1_epi16(15));
      lanes[v + kLanes / 2] = _mm256_srli_epi16(both, 4);
    }
  }
};

// One row of one panel.
template <typename Format>
void Row(float* y, const int8_t* x, const float* scales,
         const int32_t* corrections, int64_t groups, const std::byte* w) {
  __m256 sums[kVectors] = {};
  for (int64_t g = 0; g < groups; ++g) {
    const std::byte* scale_bits = w;
    w += Format::kParts * 2 * kPackedPanel;
    __m256 group_sums[kVectors] = {};
    for (int part = 0; part < Format::kParts; ++part) {
      // dots[v] holds, of outputs 4 v to 4 v + 3, the sums of even and odd
      // pairs of inputs.
      __m256i dots[kLanes] = {};
      for (int64_t k = 0; k < kPackedGroup / Format::kParts; k += 4, x += 4) {
        for (int64_t line = 0; line < Format::kStep; line += 64) {
          _mm_prefetch(reinterpret_cast<const char*>(w + kAhead + line),
                       _MM_HINT_T0);
        }
        int32_t four;
        std::memcpy(&four, x, sizeof four);
        const __m256i factor = _mm256_cvtepi8_epi16(_mm_set1_epi32(four));
        __m256i lanes[kLanes];
        Format::Load(w, lanes);
        w += Format::kStep;
        for (int v = 0; v < kLanes; ++v) {
          dots[v] =
              _mm256_add_epi32(dots[v], _mm256_madd_epi16(lanes[v], factor));
        }
      }
      const __m256i correction = _mm256_set1_epi32(corrections[4 * g + part]);
      for (int v = 0; v < kVectors; ++v) {
        // Outputs 0 1 4 5 | 2 3 6 7 after the addition of pairs, then in order.
        const __m256i pairs = _mm256_permute4x64_epi64(
            _mm256_hadd_epi32(dots[2 * v], dots[2 * v + 1]),
            _MM_SHUFFLE(3, 1, 2, 0));
        const __m128i bits =
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(scale_bits) + v);
        const __m256 scale = _mm256_castsi256_ps(
            _mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
        group_sums[v] = _mm256_fmadd_ps(
            _mm256_cvtepi32_ps(_mm256_add_epi32(pairs, correction)), scale,
            group_sums[v]);
      }
      scale_bits += 2 * kPackedPanel;
    }
    for (int v = 0; v < kVectors; ++v) {
      sums[v] =
          _mm256_fmadd_ps(group_sums[v], _mm256_set1_ps(scales[g]), sums[v]);
    }
  }
  for (int v = 0; v < kVectors; ++v) _mm256_storeu_ps(y + 8 * v, sums[v]);
}

// Even and odd numbers of eight pairs.
__m256 Even(__m256i pairs) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16));
}
__m256 Odd(__m256i pairs) {
  return _mm256_castsi256_ps(
      _mm256_and_si256(pairs, _mm256_set1_epi32(static_cast<int>(0xffff0000))));
}

void RowBf16(float* y, const Bfloat16* x, int64_t groups, const std::byte* w) {
  __m256 sums[kVectors] = {};
  for (int64_t k = 0; k < groups * kPackedGroup;
       k += 2, w += 4 * kPackedPanel) {
    _mm_prefetch(reinterpret_cast<const char*>(w + kAhead), _MM_HINT_T0);
    _mm_prefetch(reinterpret_cast<const char*>(w + kAhead + 64), _MM_HINT_T0);
    int32_t two;
    std::memcpy(&two, x + k, sizeof two);
    const __m256i pair = _mm256_set1_epi32(two);
    for (int v = 0; v < kVectors; ++v) {
      const __m256i weights =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w) + v);
      sums[v] = _mm256_fmadd_ps(Even(weights), Even(pair), sums[v]);
      sums[v] = _mm256_fmadd_ps(Odd(weights), Odd(pair), sums[v]);
    }
  }
  for (int v = 0; v < kVectors; ++v) _mm256_storeu_ps(y + 8 * v, sums[v]);
}

// Calls row(sums, r, panel) for every row and panel, and puts the sums in y.
template <typename RowFunction>
void ForRows(float* y, int64_t y_stride, int64_t rows, const PackedMatrix& w,
             const float* bias, int64_t begin, int64_t end, RowFunction row) {
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t first = panel * kPackedPanel;
    const int64_t outputs = std::min(kPackedPanel, w.N - first);
    for (int64_t r = 0; r < rows; ++r) {
      float sums[kPackedPanel];
      row(sums, r, w.data + panel * w.panel_bytes());
      for (int64_t n = 0; n < outputs; ++n) {
        y[r * y_stride + first + n] =
            bias != nullptr ? sums[n] + bias[first + n] : sums[n];
      }
    }
  }
}

template <typename Format>
void ProductOf(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
               const PackedMatrix& w, const float* bias, int64_t begin,
               int64_t end) {
  const int64_t groups = w.groups();
  ForRows(y, y_stride, rows, w, bias, begin, end,
          [&](float* sums, int64_t r, const std::byte* panel) {
            Row<Format>(sums, x.values + r * groups * kPackedGroup,
                        x.scales + r * groups, x.corrections + r * groups * 4,
                        groups, panel);
          });
}

void Product(float* y, int64_t y_stride, const Int8Rows& x, int64_t rows,
             const PackedMatrix& w, const float* bias, int64_t begin,
             int64_t end) {
  const auto product =
      w.format == PackedFormat::kInt8 ? &ProductOf<Bytes> : &ProductOf<Halves>;
  product(y, y_stride, x, rows, w, bias, begin, end);
}

void ProductBf16(float* y, int64_t y_stride, const Bfloat16* x, int64_t rows,
                 const PackedMatrix& w, const float* bias, int64_t begin,
                 int64_t end) {
  const int64_t groups = w.groups();
  ForRows(y, y_stride, rows, w, bias, begin, end,
          [&](float* sums, int64_t r, const std::byte* panel) {
            RowBf16(sums, x + r * groups * kPackedGroup, groups, panel);
          });
}

}  // namespace

extern const PackedKernels kPackedKernels;
const PackedKernels kPackedKernels = {&Quantize, &Product, &ProductBf16};

}  // namespace artspeak::nn::avx2
