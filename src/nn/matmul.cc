#include "nn/matmul.h"

#include <dnnl.h>
#include <omp.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace artspeak::nn {

namespace {

// Enough work to make handing out a task and packing the operands again cheap,
// and tasks short enough that threads end together.
constexpr double kSliceFlops = 2e8;
constexpr int64_t kRowUnit = 16;
constexpr int64_t kColumnUnit = 48;  // the width of oneDNN's AVX-512 tile

int64_t SliceLength(const MatMul& product, int64_t length, int64_t unit) {
  const double flops =
      2.0 * product.rows * product.columns * static_cast<double>(product.inner);
  int64_t slices = std::lround(flops / kSliceFlops);
  slices = std::clamp<int64_t>(slices, flops > 4e6 ? 4 : 1, 256);
  const int64_t slice = (length + slices - 1) / slices;
  return (slice + unit - 1) / unit * unit;
}

// One row, or column, further than `data`.
const float* Advance(const MatrixView& view, int64_t rows, int64_t columns) {
  return view.transposed ? view.data + columns * view.stride + rows
                         : view.data + rows * view.stride + columns;
}

void RunTile(const MatMul& m, int64_t row, int64_t rows, int64_t column,
             int64_t columns) {
  // oneDNN brings OpenMP; its threads and ours would fight for the processors.
  // The setting is of the calling thread alone.
  omp_set_num_threads(1);
  [[maybe_unused]] const dnnl_status_t status = dnnl_sgemm(
      m.a.transposed ? 'T' : 'N', m.b.transposed ? 'T' : 'N', rows, columns,
      m.inner, m.alpha, Advance(m.a, row, 0), m.a.stride,
      Advance(m.b, 0, column), m.b.stride, m.accumulate ? 1.0f : 0.0f,
      m.c + row * m.c_stride + column, m.c_stride);
  assert(status == dnnl_success);
}

}  // namespace

void Multiply(base::ThreadPool& pool, const MatMul& product) {
  const bool hooked = product.before || product.after;
  if (hooked || product.rows >= product.columns) {
    pool.For(product.rows, SliceLength(product, product.rows, kRowUnit),
             [&](int64_t begin, int64_t end) {
               if (product.before) product.before(begin, end);
               RunTile(product, begin, end - begin, 0, product.columns);
               if (product.after) product.after(begin, end);
             });
  } else {
    pool.For(product.columns,
             SliceLength(product, product.columns, kColumnUnit),
             [&](int64_t begin, int64_t end) {
               RunTile(product, 0, product.rows, begin, end - begin);
             });
  }
}

void MultiplyHere(const MatMul& product) {
  RunTile(product, 0, product.rows, 0, product.columns);
}

}  // namespace artspeak::nn
