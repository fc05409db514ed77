#include "nn/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

namespace artspeak::nn {

namespace {

// Queries handled at once, a panel's width: their scores against all keys stay
// in cache.
constexpr int64_t kQueries = kPanel;

template <typename Number>
constexpr int64_t kBytes = sizeof(Number);

// Memory of one task: a piece for each use, aligned to a cache line.
class Scratch {
 public:
  explicit Scratch(int64_t bytes) : bytes_(static_cast<size_t>(bytes) + kLine) {
    data_ = std::make_unique_for_overwrite<std::byte[]>(bytes_);
    next_ = data_.get();
  }
  template <typename Number>
  Number* Take(int64_t count) {
    size_t left = bytes_ - static_cast<size_t>(next_ - data_.get());
    void* at = next_;
    std::align(kLine, 1, at, left);
    next_ = static_cast<std::byte*>(at) +
            static_cast<size_t>(count) * sizeof(Number);
    return static_cast<Number*>(at);
  }

 private:
  static constexpr size_t kLine = 64;
  size_t bytes_;
  std::unique_ptr<std::byte[]> data_;
  std::byte* next_;
};

// One head of one window: where it lies in (B, T, 3C) and (B, T, C), and its
// matrices as the products take them.
template <typename Number>
struct Head {
  Head(const PanelKernels<Number>& products, const AttentionShape& shape,
       int64_t task)
      : products(products),
        shape(shape),
        task(task),
        packed(task / shape.NH * shape.T * 3 * shape.C() +
               task % shape.NH * shape.D),
        plain(task / shape.NH * shape.T * shape.C() +
              task % shape.NH * shape.D) {}

  // (rows, D), rows `stride` apart, to rows of PanelRows<Number>(D).
  void Round(Number* out, const float* in, int64_t stride, int64_t rows) const {
    for (int64_t i = 0; i < rows; ++i) {
      products.round(out + i * PanelRows<Number>(shape.D), in + i * stride,
                     shape.D, 1);
    }
  }
  // The panels of (rows, D).
  void Pack(Number* panels, const float* in, int64_t stride,
            int64_t rows) const {
    PackColumns(panels, in, stride, rows, shape.D);
  }
  // The panels of the transpose of (rows, D).
  void PackTransposed(Number* panels, const float* in, int64_t stride,
                      int64_t rows) const {
    for (int64_t n = 0; n < rows; n += kPanel) {
      products.round_and_pack_transposed(
          panels + n / kPanel * PanelSize<Number>(shape.D), in + n * stride,
          stride, shape.D, std::min(kPanel, rows - n), 1);
    }
  }
  void PackColumns(Number* panels, const float* in, int64_t stride,
                   int64_t rows, int64_t columns) const {
    for (int64_t n = 0; n < columns; n += kPanel) {
      products.round_and_pack(panels + n / kPanel * PanelSize<Number>(rows),
                              in + n, stride, rows,
                              std::min(kPanel, columns - n), 1);
    }
  }
  // (queries [begin, end), keys) = rows (queries, D) · the panels of (D, keys)
  void Scores(float* out, const Number* rows, const Number* panels,
              int64_t begin, int64_t end) const {
    products.multiply(out, shape.T, {rows, PanelRows<Number>(shape.D)}, panels,
                      PanelSize<Number>(shape.D), end - begin, end,
                      PanelSteps<Number>(shape.D), false);
  }
  // The same mask for a row of scores, whatever block it is handled in.
  void Drop(const Kernels& kernels, const DropoutMask& mask, int64_t query,
            float* to, const float* from) const {
    mask.Apply(kernels, to, from, query + 1,
               (task * shape.T + query) * shape.T);
  }

  const PanelKernels<Number>& products;
  const AttentionShape& shape;
  int64_t task;
  int64_t packed;  // of its query; key and value are C and 2C further on
  int64_t plain;
};

}  // namespace

template <typename Number>
void AttentionForward(base::ThreadPool& pool, const Kernels& kernels,
                      const PanelKernels<Number>& products,
                      AttentionShape shape, float* out, float* log_sum,
                      const float* qkv, const DropoutMask& mask) {
  const int64_t T = shape.T, C = shape.C(), D = shape.D;
  const float scale = 1.0f / std::sqrt(static_cast<float>(D));
  const int64_t sizes =
      kBytes<Number> *
          (T * PanelRows<Number>(D) + PanelsSize<Number>(D, T) +
           PanelsSize<Number>(T, D) + kQueries * PanelRows<Number>(T)) +
      4 * kQueries * T;
  pool.For(shape.B * shape.NH, 1, [&](int64_t task, int64_t) {
    const Head<Number> head(products, shape, task);
    const float* q = qkv + head.packed;
    Scratch scratch(sizes + 5 * 64);
    auto* q_rows = scratch.Take<Number>(T * PanelRows<Number>(D));
    auto* k_panels = scratch.Take<Number>(PanelsSize<Number>(D, T));
    auto* v_panels = scratch.Take<Number>(PanelsSize<Number>(T, D));
    auto* p_rows = scratch.Take<Number>(kQueries * PanelRows<Number>(T));
    auto* p = scratch.Take<float>(kQueries * T);
    head.Round(q_rows, q, 3 * C, T);
    head.PackTransposed(k_panels, q + C, 3 * C, T);
    head.Pack(v_panels, q + 2 * C, 3 * C, T);
    for (int64_t begin = 0; begin < T; begin += kQueries) {
      const int64_t end = std::min(begin + kQueries, T);
      head.Scores(p, q_rows + begin * PanelRows<Number>(D), k_panels, begin,
                  end);
      for (int64_t i = begin; i < end; ++i) {
        float* row = p + (i - begin) * T;
        log_sum[task * T + i] = kernels.softmax(row, i + 1, scale);
        std::fill(row + i + 1, row + end, 0.0f);
        if (mask.active()) head.Drop(kernels, mask, i, row, row);
        products.round(p_rows + (i - begin) * PanelRows<Number>(T), row, end,
                       1);
      }
      products.multiply(out + head.plain + begin * C, C,
                        {p_rows, PanelRows<Number>(T)}, v_panels,
                        PanelSize<Number>(T), end - begin, D,
                        PanelSteps<Number>(end), false);
    }
  });
}

template <typename Number>
void AttentionBackward(base::ThreadPool& pool, const Kernels& kernels,
                       const PanelKernels<Number>& products,
                       AttentionShape shape, float* dqkv, const float* dout,
                       const float* log_sum, const float* qkv,
                       const DropoutMask& mask) {
  const int64_t T = shape.T, C = shape.C(), D = shape.D;
  const float scale = 1.0f / std::sqrt(static_cast<float>(D));
  const int64_t block_panels = PanelsSize<Number>(kQueries, T);
  const int64_t sizes =
      kBytes<Number> *
          (T * PanelRows<Number>(D) + kQueries * PanelRows<Number>(D) +
           2 * PanelsSize<Number>(D, T) + PanelsSize<Number>(T, D) +
           2 * PanelsSize<Number>(kQueries, D) + 2 * block_panels +
           kQueries * PanelRows<Number>(T)) +
      4 * (2 * kQueries * T + T);
  pool.For(shape.B * shape.NH, 1, [&](int64_t task, int64_t) {
    const Head<Number> head(products, shape, task);
    const float* q = qkv + head.packed;
    float* dq = dqkv + head.packed;
    Scratch scratch(sizes + 12 * 64);
    auto* q_rows = scratch.Take<Number>(T * PanelRows<Number>(D));
    auto* k_columns = scratch.Take<Number>(PanelsSize<Number>(D, T));
    auto* v_columns = scratch.Take<Number>(PanelsSize<Number>(D, T));
    auto* k_panels = scratch.Take<Number>(PanelsSize<Number>(T, D));
    auto* q_panels = scratch.Take<Number>(PanelsSize<Number>(kQueries, D));
    auto* dout_rows = scratch.Take<Number>(kQueries * PanelRows<Number>(D));
    auto* dout_panels = scratch.Take<Number>(PanelsSize<Number>(kQueries, D));
    auto* p_panels = scratch.Take<Number>(block_panels);
    auto* ds_panels = scratch.Take<Number>(block_panels);
    auto* ds_rows = scratch.Take<Number>(kQueries * PanelRows<Number>(T));
    auto* p = scratch.Take<float>(kQueries * T);   // the weights
    auto* dp = scratch.Take<float>(kQueries * T);  // their gradients
    auto* kept = scratch.Take<float>(T);           // a row after dropout
    head.Round(q_rows, q, 3 * C, T);
    head.PackTransposed(k_columns, q + C, 3 * C, T);
    head.PackTransposed(v_columns, q + 2 * C, 3 * C, T);
    head.Pack(k_panels, q + C, 3 * C, T);
    for (int64_t begin = 0; begin < T; begin += kQueries) {
      const int64_t end = std::min(begin + kQueries, T);
      const int64_t rows = end - begin;
      const float* block_dout = dout + head.plain + begin * C;
      head.Round(dout_rows, block_dout, C, rows);
      head.Pack(dout_panels, block_dout, C, rows);
      head.Pack(q_panels, q + begin * 3 * C, 3 * C, rows);
      head.Scores(p, q_rows + begin * PanelRows<Number>(D), k_columns, begin,
                  end);
      head.Scores(dp, dout_rows, v_columns, begin, end);
      for (int64_t i = begin; i < end; ++i) {
        float* row = p + (i - begin) * T;
        float* drow = dp + (i - begin) * T;
        kernels.exp_minus(row, row, i + 1, scale, log_sum[task * T + i]);
        if (mask.active()) head.Drop(kernels, mask, i, drow, drow);
        const float shift = kernels.dot(row, drow, i + 1);
        kernels.softmax_backward(drow, row, i + 1, shift, scale);
        if (mask.active()) {
          head.Drop(kernels, mask, i, kept, row);
          std::copy_n(kept, i + 1, row);
        }
        std::fill(row + i + 1, row + end, 0.0f);
        std::fill(drow + i + 1, drow + end, 0.0f);
        products.round(ds_rows + (i - begin) * PanelRows<Number>(T), drow, end,
                       1);
      }
      head.PackColumns(p_panels, p, T, rows, end);
      head.PackColumns(ds_panels, dp, T, rows, end);
      // dq = ds · k; dk += dsᵀ · q; dv += pᵀ · dout
      products.multiply(
          dq + begin * 3 * C, 3 * C, {ds_rows, PanelRows<Number>(T)}, k_panels,
          PanelSize<Number>(T), rows, D, PanelSteps<Number>(end), false);
      for (int64_t key = 0; key < end; key += kPanel) {
        const int64_t keys = std::min(kPanel, end - key);
        const int64_t panel = key / kPanel * PanelSize<Number>(rows);
        constexpr int64_t kStep = kPanelStep<Number>;
        // The first block to see a key is its own.
        const bool more = key < begin;
        float* dk = dq + C + key * 3 * C;
        products.multiply(dk, 3 * C, {ds_panels + panel, kStep, kStep * kPanel},
                          q_panels, PanelSize<Number>(rows), keys, D,
                          PanelSteps<Number>(rows), more);
        products.multiply(dk + C, 3 * C,
                          {p_panels + panel, kStep, kStep * kPanel},
                          dout_panels, PanelSize<Number>(rows), keys, D,
                          PanelSteps<Number>(rows), more);
      }
    }
  });
}

template void AttentionForward(base::ThreadPool&, const Kernels&,
                               const PanelKernels<float>&, AttentionShape,
                               float*, float*, const float*,
                               const DropoutMask&);
template void AttentionForward(base::ThreadPool&, const Kernels&,
                               const PanelKernels<Bfloat16>&, AttentionShape,
                               float*, float*, const float*,
                               const DropoutMask&);
template void AttentionBackward(base::ThreadPool&, const Kernels&,
                                const PanelKernels<float>&, AttentionShape,
                                float*, const float*, const float*,
                                const float*, const DropoutMask&);
template void AttentionBackward(base::ThreadPool&, const Kernels&,
                                const PanelKernels<Bfloat16>&, AttentionShape,
                                float*, const float*, const float*,
                                const float*, const DropoutMask&);

}  // namespace artspeak::nn
