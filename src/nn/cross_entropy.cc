#include "nn/cross_entropy.h"

#include <algorithm>

namespace artspeak::nn {

void CrossEntropyRows(const Kernels& kernels, float* logits, float* losses,
                      const int32_t* targets, int64_t rows, int64_t V) {
  for (int64_t row = 0; row < rows; ++row, logits += V) {
    const int32_t target = targets[row];
    if (target < 0) {
      std::fill_n(logits, V, 0.0f);
      losses[row] = 0;
      continue;
    }
    const float logit = logits[target];
    losses[row] = kernels.softmax(logits, V, 1.0f) - logit;
    logits[target] -= 1.0f;
  }
}

}  // namespace artspeak::nn
