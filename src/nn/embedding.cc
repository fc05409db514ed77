#include "nn/embedding.h"

namespace artspeak::nn {

void EmbeddingForward(base::ThreadPool& pool, const Kernels& kernels,
                      EmbeddingShape shape, float* out, const int32_t* ids,
                      const float* wte, const float* wpe) {
  const int64_t C = shape.C;
  pool.For(shape.B * shape.T, 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      kernels.sum(out + i * C, wte + ids[i] * C, wpe + i % shape.T * C, C);
    }
  });
}

void EmbeddingBackward(base::ThreadPool& pool, const Kernels& kernels,
                       EmbeddingShape shape, float* dwte, float* dwpe,
                       const float* dout, const int32_t* ids) {
  // A task owns some columns, so no two ever add to one number.
  constexpr int64_t kColumns = 128;
  pool.For(shape.C, kColumns, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < shape.B * shape.T; ++i) {
      const float* gradient = dout + i * shape.C + begin;
      kernels.add(dwte + ids[i] * shape.C + begin, gradient, end - begin);
      kernels.add(dwpe + i % shape.T * shape.C + begin, gradient, end - begin);
    }
  });
}

}  // namespace artspeak::nn
