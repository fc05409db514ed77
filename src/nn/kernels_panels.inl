// Products of large matrices in panels: panel_kernels.h. Part of kernels.inl;
// see there.

#include "nn/panel_loops.inl"

// Sums, a vector of the panel for each of their columns, and a factor fill the
// registers; a step needs 10 loads for 24 multiply-adds with AVX-512, 8 for 12
// with AVX2.
struct PanelTile {
  using Number = float;
  static constexpr int kRows = 6;
  static constexpr int kWide = kVectorBytes == 64 ? 4 : 2;
  static constexpr int64_t kColumns = kWide * kLanes;
  static constexpr int64_t kBlockSteps = 512;  // 128 KB of a panel

  template <int kCount>
  static void Run(float* c, int64_t c_stride, PanelLeft<float> a,
                  const float* b, int64_t steps, bool accumulate,
                  const float* next, int64_t next_stride) {
    Vector sums[kCount][kWide] = {};
    if (accumulate) {
      for (int r = 0; r < kCount; ++r) {
        for (int w = 0; w < kWide; ++w) {
          sums[r][w] = Load(c + r * c_stride + w * kLanes);
        }
      }
    }
    const float* left = a.data;
    for (int64_t s = 0; s < steps; ++s, left += a.step_distance, b += kPanel) {
      __builtin_prefetch(next, 0, 2);
      next += next_stride;
      Vector right[kWide];
      for (int w = 0; w < kWide; ++w) right[w] = Load(b + w * kLanes);
      for (int r = 0; r < kCount; ++r) {
        const float factor = left[r * a.row_distance];
        for (int w = 0; w < kWide; ++w) sums[r][w] += factor * right[w];
      }
    }
    for (int r = 0; r < kCount; ++r) {
      for (int w = 0; w < kWide; ++w) {
        Store(c + r * c_stride + w * kLanes, sums[r][w]);
      }
    }
  }
};

inline Vector LoadUpTo(const float* from, int64_t count) {
  if (count >= kLanes) return Load(from);
  return count <= 0 ? Vector{} : LoadSome(from, count);
}

void ScaleRow(float* out, const float* in, int64_t count, float scale) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(out + i, Load(in + i) * scale);
  for (; i < count; ++i) out[i] = in[i] * scale;
}

void ScaleAndPack(float* panel, const float* in, int64_t stride, int64_t K,
                  int64_t columns, float scale) {
  for (int64_t k = 0; k < K; ++k, in += stride, panel += kPanel) {
    for (int64_t n = 0; n < kPanel; n += kLanes) {
      Store(panel + n, LoadUpTo(in + n, columns - n) * scale);
    }
  }
}

// Blocks of kWidth × kWidth lanes change places across the diagonal.
template <int kWidth, int... kIndex>
inline void TransposeBlocks(Vector* v, Lanes<kIndex...>) {
  for (int i = 0; i < kLanes; ++i) {
    if (i & kWidth) continue;
    const Vector a = v[i], b = v[i + kWidth];
    v[i] = __builtin_shufflevector(
        a, b, (kIndex & kWidth ? kLanes + kIndex - kWidth : kIndex)...);
    v[i + kWidth] = __builtin_shufflevector(
        a, b, (kIndex & kWidth ? kLanes + kIndex : kIndex + kWidth)...);
  }
}

// Lane c of vector r goes to lane r of vector c.
inline void Transpose(Vector* v) {
  TransposeBlocks<1>(v, AllLanes());
  TransposeBlocks<2>(v, AllLanes());
  if constexpr (kLanes >= 8) TransposeBlocks<4>(v, AllLanes());
  if constexpr (kLanes >= 16) TransposeBlocks<8>(v, AllLanes());
}

void ScaleAndPackTransposed(float* panel, const float* in, int64_t stride,
                            int64_t K, int64_t columns, float scale) {
  for (int64_t n = 0; n < kPanel; n += kLanes) {
    for (int64_t k = 0; k < K; k += kLanes) {
      Vector v[kLanes];  // a column each
      for (int64_t c = 0; c < kLanes; ++c) {
        v[c] = n + c < columns
                   ? LoadUpTo(in + (n + c) * stride + k, K - k) * scale
                   : Vector{};
      }
      Transpose(v);
      const int64_t rows = K - k < kLanes ? K - k : kLanes;
      for (int64_t r = 0; r < rows; ++r) {
        Store(panel + (k + r) * kPanel + n, v[r]);
      }
    }
  }
}
