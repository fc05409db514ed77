// Token and position embeddings.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/kernels.h"

namespace artspeak::nn {

struct EmbeddingShape {
  int64_t B = 0, T = 0, C = 0;
};

// out (B, T, C) = wte[id] + wpe[t]. ids: (B, T), all valid. wte: (V, C), wpe:
// (at least T, C).
void EmbeddingForward(base::ThreadPool& pool, const Kernels& kernels,
                      EmbeddingShape shape, float* out, const int32_t* ids,
                      const float* wte, const float* wpe);

// dwte and dwpe are added to, in the order of the tokens whatever the number
// of threads.
void EmbeddingBackward(base::ThreadPool& pool, const Kernels& kernels,
                       EmbeddingShape shape, float* dwte, float* dwpe,
                       const float* dout, const int32_t* ids);

}  // namespace artspeak::nn
