#include "nn/matmul.h"

#include <algorithm>

namespace artspeak::nn {

namespace {

// Of a block that is packed, so that it stays in the last cache.
constexpr int64_t kBlockNumbers = 4 << 20;
constexpr int64_t kMostInner = 4096;
// Rows of a task, whole tiles of 6 rows, or whole panels. The right side's
// block is read again for each; the left side's rows stay in the second cache.
constexpr int64_t kSliceRows = 132;
constexpr int64_t kSlicePanels = 2 * kPanel;

int64_t InPanels(int64_t numbers, int64_t inner) {
  return std::max<int64_t>(1, numbers / inner / kPanel) * kPanel;
}

}  // namespace

// Rows, columns and part of the inner dimension of C.
struct Multiplier::Block {
  const MatMul& m;
  int64_t row = 0, rows = 0, column = 0, columns = 0, k = 0, inner = 0;
  // No other block of these rows comes before, after.
  bool first_of_row = false, last_of_row = false;
  bool accumulate = false;
};

void Multiplier::PackRight(const Block& block) {
  const MatrixView& b = block.m.b;
  pool_.For(block.columns, kPanel, [&](int64_t begin, int64_t end) {
    float* panel = right_.data() + begin * block.inner;
    const int64_t column = block.column + begin;
    if (b.transposed) {
      kernels_.round_and_pack_transposed(
          panel, b.data + column * b.stride + block.k, b.stride, block.inner,
          end - begin, block.m.alpha);
    } else {
      kernels_.round_and_pack(panel, b.data + block.k * b.stride + column,
                              b.stride, block.inner, end - begin,
                              block.m.alpha);
    }
  });
}

// Of a transposed A, whose rows are its columns in memory.
void Multiplier::PackLeft(const Block& block) {
  const MatrixView& a = block.m.a;
  pool_.For(block.rows, kPanel, [&](int64_t begin, int64_t end) {
    kernels_.round_and_pack(left_.data() + begin * block.inner,
                            a.data + block.k * a.stride + block.row + begin,
                            a.stride, block.inner, end - begin, 1);
  });
}

void Multiplier::MultiplyBlock(const Block& block) {
  const MatMul& m = block.m;
  const int64_t slice = m.a.transposed ? kSlicePanels : kSliceRows;
  pool_.For(block.rows, slice, [&](int64_t begin, int64_t end) {
    if (block.first_of_row && m.before) {
      m.before(block.row + begin, block.row + end);
    }
    // Rows of one panel lie together.
    const int64_t step = m.a.transposed ? kPanel : end - begin;
    for (int64_t at = begin; at < end; at += step) {
      const PanelLeft<float> left =
          m.a.transposed
              ? PanelLeft<float>{left_.data() + at * block.inner, 1, kPanel}
              : PanelLeft<float>{
                    m.a.data + (block.row + at) * m.a.stride + block.k,
                    m.a.stride, 1};
      kernels_.multiply(m.c + (block.row + at) * m.c_stride + block.column,
                        m.c_stride, left, right_.data(),
                        PanelSize<float>(block.inner), std::min(step, end - at),
                        block.columns, block.inner, block.accumulate);
    }
    if (block.last_of_row && m.after) {
      m.after(block.row + begin, block.row + end);
    }
  });
}

void Multiplier::Multiply(const MatMul& m) {
  const int64_t inner = std::min(m.inner, kMostInner);
  const int64_t columns = std::min(m.columns, InPanels(kBlockNumbers, inner));
  const int64_t rows = m.a.transposed
                           ? std::min(m.rows, InPanels(kBlockNumbers, inner))
                           : m.rows;
  right_.Grow(PanelsSize<float>(inner, columns));
  if (m.a.transposed) {
    left_.Grow(PanelsSize<float>(inner, rows));
  }
  for (int64_t k = 0; k < m.inner; k += inner) {
    for (int64_t column = 0; column < m.columns; column += columns) {
      Block block{
          .m = m,
          .column = column,
          .columns = std::min(columns, m.columns - column),
          .k = k,
          .inner = std::min(inner, m.inner - k),
          .first_of_row = k == 0 && column == 0,
          .last_of_row = k + inner >= m.inner && column + columns >= m.columns,
          .accumulate = m.accumulate || k > 0};
      PackRight(block);
      for (block.row = 0; block.row < m.rows; block.row += rows) {
        block.rows = std::min(rows, m.rows - block.row);
        if (m.a.transposed) PackLeft(block);
        MultiplyBlock(block);
      }
    }
  }
}

}  // namespace artspeak::nn
