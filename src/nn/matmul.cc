#include "nn/matmul.h"

#include <dnnl.h>
#include <omp.h>

#include <algorithm>
#include <new>

namespace artspeak::nn {

namespace {

// Each slice packs the operands anew, so it should be long; but there should
// be several for each thread, so that they end together.
constexpr int64_t kLongestSlice = 512;
constexpr int64_t kSlices = 4;
constexpr double kFlopsWorthSharing = 4e6;
// What a hook is to find in the cache.
constexpr int64_t kHookedNumbers = 2 << 20;
constexpr int64_t kHookedRows = 64;
constexpr int64_t kRowUnit = 16;
constexpr int64_t kColumnUnit = 48;  // the width of oneDNN's AVX-512 tile
// oneDNN 2.6 loses a quarter of its speed on wider results, as measured on
// 512 x 8192 x 256.
constexpr int64_t kMostColumns = 2048;

int64_t SliceLength(const MatMul& product, int64_t length, int64_t unit,
                    bool hooked) {
  const double flops =
      2.0 * product.rows * product.columns * static_cast<double>(product.inner);
  if (flops < kFlopsWorthSharing) return length;
  int64_t slice = std::min(kLongestSlice, (length + kSlices - 1) / kSlices);
  if (hooked) {
    slice = std::min(slice,
                     std::max(kHookedRows, kHookedNumbers / product.columns));
  }
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
  const int64_t end = column + columns;
  for (; column < end; column += kMostColumns) {
    const dnnl_status_t status =
        dnnl_sgemm(m.a.transposed ? 'T' : 'N', m.b.transposed ? 'T' : 'N', rows,
                   std::min(kMostColumns, end - column), m.inner, m.alpha,
                   Advance(m.a, row, 0), m.a.stride, Advance(m.b, 0, column),
                   m.b.stride, m.accumulate ? 1.0f : 0.0f,
                   m.c + row * m.c_stride + column, m.c_stride);
    // The shapes are sound, so it can only have lacked memory.
    if (status != dnnl_success) throw std::bad_alloc();
  }
}

}  // namespace

void Multiply(base::ThreadPool& pool, const MatMul& product) {
  const bool hooked = product.before || product.after;
  if (hooked || product.rows >= product.columns) {
    pool.For(product.rows, SliceLength(product, product.rows, kRowUnit, hooked),
             [&](int64_t begin, int64_t end) {
               if (product.before) product.before(begin, end);
               RunTile(product, begin, end - begin, 0, product.columns);
               if (product.after) product.after(begin, end);
             });
  } else {
    pool.For(product.columns,
             SliceLength(product, product.columns, kColumnUnit, false),
             [&](int64_t begin, int64_t end) {
               RunTile(product, 0, product.rows, begin, end - begin);
             });
  }
}

void MultiplyHere(const MatMul& product) {
  RunTile(product, 0, product.rows, 0, product.columns);
}

}  // namespace artspeak::nn
