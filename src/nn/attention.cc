#include "nn/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "nn/matmul.h"

namespace artspeak::nn {

namespace {

// Queries handled at once: their scores against all keys stay in cache.
constexpr int64_t kQueries = 64;

// Where one head of one window lies within (B, T, 3C) and (B, T, C).
struct Head {
  Head(const AttentionShape& shape, int64_t task)
      : b(task / shape.NH),
        h(task % shape.NH),
        packed(b * shape.T * 3 * shape.C() + h * shape.D),
        plain(b * shape.T * shape.C() + h * shape.D) {}
  int64_t b, h;
  int64_t packed;  // of its query; key and value are C and 2C further on
  int64_t plain;
};

// Drops the weights of query rows [begin, end), each (keys) wide in `p`.
void DropRows(const Kernels& kernels, const AttentionShape& shape,
              const DropoutMask& mask, int64_t task, int64_t begin, int64_t end,
              int64_t keys, float* to, const float* from) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t at = (i - begin) * keys;
    mask.Apply(kernels, to + at, from + at, i + 1,
               (task * shape.T + i) * shape.T);
  }
}

}  // namespace

void AttentionForward(base::ThreadPool& pool, const Kernels& kernels,
                      AttentionShape shape, float* out, float* log_sum,
                      const float* qkv, const DropoutMask& mask) {
  const int64_t T = shape.T, C = shape.C(), D = shape.D;
  const float scale = 1.0f / std::sqrt(static_cast<float>(D));
  pool.For(shape.B * shape.NH, 1, [&](int64_t task, int64_t) {
    const Head head(shape, task);
    const float* q = qkv + head.packed;
    const float* k = q + C;
    const float* v = k + C;
    const auto scores = std::make_unique_for_overwrite<float[]>(
        static_cast<size_t>(kQueries * T));
    for (int64_t begin = 0; begin < T; begin += kQueries) {
      const int64_t end = std::min(begin + kQueries, T);
      const int64_t keys = end;  // no query of this block sees further
      MultiplyHere({.rows = end - begin,
                    .columns = keys,
                    .inner = D,
                    .a = {q + begin * 3 * C, 3 * C},
                    .b = {k, 3 * C, true},
                    .c = scores.get(),
                    .c_stride = keys});
      for (int64_t i = begin; i < end; ++i) {
        float* row = scores.get() + (i - begin) * keys;
        log_sum[task * T + i] = kernels.softmax(row, i + 1, scale);
        std::fill(row + i + 1, row + keys, 0.0f);
      }
      if (mask.active()) {
        DropRows(kernels, shape, mask, task, begin, end, keys, scores.get(),
                 scores.get());
      }
      MultiplyHere({.rows = end - begin,
                    .columns = D,
                    .inner = keys,
                    .a = {scores.get(), keys},
                    .b = {v, 3 * C},
                    .c = out + head.plain + begin * C,
                    .c_stride = C});
    }
  });
}

void AttentionBackward(base::ThreadPool& pool, const Kernels& kernels,
                       AttentionShape shape, float* dqkv, const float* dout,
                       const float* out, const float* log_sum, const float* qkv,
                       const DropoutMask& mask) {
  const int64_t T = shape.T, C = shape.C(), D = shape.D;
  const float scale = 1.0f / std::sqrt(static_cast<float>(D));
  pool.For(shape.B * shape.NH, 1, [&](int64_t task, int64_t) {
    const Head head(shape, task);
    const float* q = qkv + head.packed;
    const float* k = q + C;
    const float* v = k + C;
    float* dq = dqkv + head.packed;
    float* dk = dq + C;
    float* dv = dk + C;
    const auto scratch = std::make_unique_for_overwrite<float[]>(
        static_cast<size_t>((mask.active() ? 3 : 2) * kQueries * T));
    float* p = scratch.get();      // (queries, keys): the weights
    float* dp = p + kQueries * T;  // their gradients
    float* kept = mask.active() ? dp + kQueries * T : p;  // after dropout
    for (int64_t t = 0; t < T; ++t) {
      std::memset(dk + t * 3 * C, 0, static_cast<size_t>(D) * sizeof(float));
      std::memset(dv + t * 3 * C, 0, static_cast<size_t>(D) * sizeof(float));
    }
    for (int64_t begin = 0; begin < T; begin += kQueries) {
      const int64_t end = std::min(begin + kQueries, T);
      const int64_t rows = end - begin, keys = end;
      const float* block_dout = dout + head.plain + begin * C;
      const float* block_out = out + head.plain + begin * C;
      MultiplyHere({.rows = rows,
                    .columns = keys,
                    .inner = D,
                    .a = {q + begin * 3 * C, 3 * C},
                    .b = {k, 3 * C, true},
                    .c = p,
                    .c_stride = keys});
      MultiplyHere({.rows = rows,
                    .columns = keys,
                    .inner = D,
                    .a = {block_dout, C},
                    .b = {v, 3 * C, true},
                    .c = dp,
                    .c_stride = keys});
      for (int64_t i = begin; i < end; ++i) {
        float* row = p + (i - begin) * keys;
        kernels.exp_minus(row, row, i + 1, scale, log_sum[task * T + i]);
        std::fill(row + i + 1, row + keys, 0.0f);
      }
      if (mask.active()) {
        DropRows(kernels, shape, mask, task, begin, end, keys, kept, p);
        DropRows(kernels, shape, mask, task, begin, end, keys, dp, dp);
        for (int64_t i = begin; i < end; ++i) {
          float* row = kept + (i - begin) * keys;
          std::fill(row + i + 1, row + keys, 0.0f);
        }
      }
      // dv += keptᵀ · dout
      MultiplyHere({.rows = keys,
                    .columns = D,
                    .inner = rows,
                    .a = {kept, keys, true},
                    .b = {block_dout, C},
                    .c = dv,
                    .c_stride = 3 * C,
                    .accumulate = true});
      for (int64_t i = begin; i < end; ++i) {
        float* row = dp + (i - begin) * keys;
        // The sum of p · dp over the keys equals dout · out.
        const float shift = kernels.dot(block_dout + (i - begin) * C,
                                        block_out + (i - begin) * C, D);
        kernels.softmax_backward(row, p + (i - begin) * keys, i + 1, shift,
                                 scale);
        std::fill(row + i + 1, row + keys, 0.0f);
      }
      MultiplyHere({.rows = rows,
                    .columns = D,
                    .inner = keys,
                    .a = {dp, keys},
                    .b = {k, 3 * C},
                    .c = dq + begin * 3 * C,
                    .c_stride = 3 * C});
      MultiplyHere({.rows = keys,
                    .columns = D,
                    .inner = rows,
                    .a = {dp, keys, true},
                    .b = {q + begin * 3 * C, 3 * C},
                    .c = dk,
                    .c_stride = 3 * C,
                    .accumulate = true});
    }
  });
}

}  // namespace artspeak::nn
