#include "nn/bf16_matmul.h"

#include <algorithm>

namespace artspeak::nn {

namespace {

constexpr int64_t kRoundedNumbers = 1 << 16;  // of one task
// Rows of a task: whole tiles of 6 rows or, where A lies in panels, one panel.
// The right side is read again for each, from the last cache or, when larger,
// from memory, which then wants more rows.
constexpr int64_t kSliceRows = 66;
constexpr int64_t kCachedNumbers = 8 << 20;

}  // namespace

void RoundRows(base::ThreadPool& pool, const Bf16Kernels& kernels,
               Bfloat16* out, const float* in, int64_t rows, int64_t K,
               float scale) {
  const int64_t stride = PanelRows<Bfloat16>(K);
  pool.For(rows, (kRoundedNumbers + K - 1) / K,
           [&](int64_t begin, int64_t end) {
             for (int64_t i = begin; i < end; ++i) {
               kernels.round(out + i * stride, in + i * K, K, scale);
             }
           });
}

namespace {

// pack(panel, first column, columns) for each panel.
template <typename PackOne>
void ForPanels(base::ThreadPool& pool, Bfloat16* panels, int64_t K, int64_t N,
               PackOne pack) {
  pool.For(N, kPanel, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; n += kPanel) {
      pack(panels + n / kPanel * PanelSize<Bfloat16>(K), n,
           std::min(kPanel, end - n));
    }
  });
}

}  // namespace

void PackPanels(base::ThreadPool& pool, const Bf16Kernels& kernels,
                Bfloat16* panels, const Bfloat16* in, int64_t K, int64_t N) {
  ForPanels(pool, panels, K, N, [&](Bfloat16* panel, int64_t n, int64_t count) {
    kernels.pack(panel, in + n, PanelRows<Bfloat16>(N), K, count);
  });
}

void PackPanels(base::ThreadPool& pool, const Bf16Kernels& kernels,
                Bfloat16* panels, const float* in, int64_t K, int64_t N,
                bool transposed, float scale) {
  ForPanels(pool, panels, K, N, [&](Bfloat16* panel, int64_t n, int64_t count) {
    if (transposed) {
      kernels.round_and_pack_transposed(panel, in + n * K, K, K, count, scale);
    } else {
      kernels.round_and_pack(panel, in + n, N, K, count, scale);
    }
  });
}

void Multiply(base::ThreadPool& pool, const Bf16Kernels& kernels,
              const Bf16MatMul& m) {
  const int64_t panel_size = PanelSize<Bfloat16>(m.inner);
  const bool cached = m.columns * m.inner <= kCachedNumbers;
  const auto left = [&](int64_t row) -> PanelLeft<Bfloat16> {
    if (!m.a_in_panels) {
      const int64_t stride = PanelRows<Bfloat16>(m.inner);
      return {m.a + row * stride, stride, 2};
    }
    return {m.a + row / kPanel * panel_size, 2, 2 * kPanel};
  };
  const int64_t slice = m.a_in_panels ? kPanel : kSliceRows;
  pool.For(m.rows, (cached ? 1 : 4) * slice, [&](int64_t begin, int64_t end) {
    if (m.before) m.before(begin, end);
    // A tile's rows lie in one panel.
    const int64_t step = m.a_in_panels ? kPanel : end - begin;
    for (int64_t row = begin; row < end; row += step) {
      kernels.multiply(m.c + row * m.columns, m.columns, left(row), m.b,
                       panel_size, std::min(step, end - row), m.columns,
                       (m.inner + 1) / 2, m.accumulate);
    }
    if (m.after) m.after(begin, end);
  });
}

}  // namespace artspeak::nn
