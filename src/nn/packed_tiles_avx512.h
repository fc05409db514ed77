// How the AVX-512 products walk over a matrix: rows in tiles, and the memory
// asked for before it is needed. For packed_kernels_avx512*.cc alone, which are
// compiled for that processor.
#pragma once

#include <immintrin.h>

#include <algorithm>

#include "nn/packed_matrix.h"

namespace artspeak::nn::avx512 {
namespace {

constexpr int kMostRows = 8;  // a tile's accumulators stay in registers

// What a tile asks the memory for while it multiplies: at every step one line
// and, where a step is two lines, the one `other` bytes behind it; then `step`
// bytes further. Beyond the end of a file a prefetch never faults.
struct Ahead {
  const std::byte* at;
  int64_t step;
  int64_t other = 64;

  template <int64_t kStepBytes>
  void Next() {
    _mm_prefetch(reinterpret_cast<const char*>(at), _MM_HINT_T0);
    if (kStepBytes > 64) {
      _mm_prefetch(reinterpret_cast<const char*>(at + other), _MM_HINT_T0);
    }
    at += step;
  }
};

// Far enough ahead that the page walk and the memory are awaited by nobody:
// found by trial, 2 to 8 KB are alike.
constexpr int64_t kNear = 4096;

// Calls tile(row, count, panel, ahead) for rows in equal tiles, so nine are
// five and four, not eight and one, of every panel. A tile's step is
// `step_bytes` of the panel. One tile reads the panel once and asks for what
// comes soon. Several tiles read it again and again from the cache, and
// together ask for the next panel, so that memory and arithmetic work at once.
template <typename TileFunction>
void ForTiles(const PackedMatrix& w, int64_t rows, int64_t step_bytes,
              int64_t begin, int64_t end, TileFunction tile) {
  const int64_t tiles = (rows + kMostRows - 1) / kMostRows;
  for (int64_t index = begin; index < end; ++index) {
    const std::byte* panel = w.data + index * w.panel_bytes();
    for (int64_t i = 0; i < tiles; ++i) {
      Ahead ahead{panel + kNear, step_bytes};
      if (tiles > 1 && (i > 0 || index > begin)) {
        // Two tiles or more: one line a step is enough.
        ahead = {panel + w.panel_bytes() + w.panel_bytes() * i / tiles,
                 step_bytes / tiles, 0};
      }
      const int64_t row = rows * i / tiles;
      const int64_t count = rows * (i + 1) / tiles - row;
      tile(row, static_cast<int>(count), index, ahead);
    }
  }
}

// One row's results of one panel, 16 outputs of its half.
inline void StoreHalf(float* y, __m512 sums, const float* bias, int64_t outputs,
                      int half) {
  const int64_t count = std::clamp<int64_t>(outputs - 16 * half, 0, 16);
  const auto mask = static_cast<__mmask16>((1u << count) - 1);
  if (bias != nullptr) {
    sums = _mm512_add_ps(sums, _mm512_maskz_loadu_ps(mask, bias + 16 * half));
  }
  _mm512_mask_storeu_ps(y + 16 * half, mask, sums);
}

}  // namespace
}  // namespace artspeak::nn::avx512
