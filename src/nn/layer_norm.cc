#include "nn/layer_norm.h"

#include <algorithm>
#include <vector>

namespace artspeak::nn {

namespace {

constexpr int64_t kForwardRows = 64;
// Few chunks, because each has sums of its own to add up in the end.
constexpr int64_t kChunks = 32;

int64_t ChunkRows(int64_t rows) {
  return std::max<int64_t>(16, (rows + kChunks - 1) / kChunks);
}

}  // namespace

void LayerNormForward(base::ThreadPool& pool, const Kernels& kernels,
                      LayerNormShape shape, float* out, float* mean,
                      float* rstd, const float* in, const float* weight,
                      const float* bias, float epsilon) {
  const int64_t C = shape.C;
  pool.For(shape.rows, kForwardRows, [&](int64_t begin, int64_t end) {
    kernels.layer_norm(out + begin * C, mean + begin, rstd + begin,
                       in + begin * C, weight, bias, end - begin, C, epsilon);
  });
}

void LayerNormBackward(base::ThreadPool& pool, const Kernels& kernels,
                       LayerNormShape shape, float* din, float* dweight,
                       float* dbias, const float* dout, const float* in,
                       const float* weight, const float* mean,
                       const float* rstd) {
  const int64_t C = shape.C;
  const int64_t chunk = ChunkRows(shape.rows);
  const int64_t chunks = (shape.rows + chunk - 1) / chunk;
  std::vector<float> sums(static_cast<size_t>(chunks * 2 * C));
  pool.For(shape.rows, chunk, [&](int64_t begin, int64_t end) {
    float* sum = sums.data() + begin / chunk * 2 * C;
    kernels.layer_norm_backward(din + begin * C, sum, sum + C, dout + begin * C,
                                in + begin * C, weight, mean + begin,
                                rstd + begin, end - begin, C);
  });
  if (dweight == nullptr) return;
  for (int64_t i = 0; i < chunks; ++i) {
    kernels.add(dweight, sums.data() + i * 2 * C, C);
    kernels.add(dbias, sums.data() + i * 2 * C + C, C);
  }
}

void AddColumnSums(base::ThreadPool& pool, const Kernels& kernels,
                   LayerNormShape shape, float* out, const float* in) {
  const int64_t C = shape.C;
  const int64_t chunk = ChunkRows(shape.rows);
  const int64_t chunks = (shape.rows + chunk - 1) / chunk;
  std::vector<float> sums(static_cast<size_t>(chunks * C));
  pool.For(shape.rows, chunk, [&](int64_t begin, int64_t end) {
    kernels.add_rows(sums.data() + begin / chunk * C, in + begin * C,
                     end - begin, C);
  });
  for (int64_t i = 0; i < chunks; ++i) {
    kernels.add(out, sums.data() + i * C, C);
  }
}

}  // namespace artspeak::nn
