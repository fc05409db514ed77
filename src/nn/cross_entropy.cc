#include "nn/cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace artspeak::nn {

namespace {

// log(exp(a) + exp(b))
double LogSum(double a, double b) {
  const double larger = std::max(a, b);
  return larger + std::log(std::exp(a - larger) + std::exp(b - larger));
}

bool Contains(VocabularyBlock block, int32_t id) {
  return id >= block.first && id < block.first + block.size;
}

}  // namespace

void GatherLosses(const Kernels& kernels, TokenLoss* losses,
                  const float* logits, const int32_t* targets, int64_t rows,
                  VocabularyBlock block) {
  std::vector<float> scratch(static_cast<size_t>(block.size));
  for (int64_t row = 0; row < rows; ++row, logits += block.size) {
    const int32_t target = targets[row];
    if (target < 0) continue;
    std::copy_n(logits, block.size, scratch.data());
    losses[row].log_sum =
        LogSum(losses[row].log_sum,
               double{kernels.softmax(scratch.data(), block.size, 1.0f)});
    if (Contains(block, target)) {
      losses[row].target_logit = logits[target - block.first];
    }
  }
}

void CrossEntropyGradient(const Kernels& kernels, float* logits,
                          const TokenLoss* losses, const int32_t* targets,
                          int64_t rows, VocabularyBlock block) {
  for (int64_t row = 0; row < rows; ++row, logits += block.size) {
    const int32_t target = targets[row];
    if (target < 0) {
      std::fill_n(logits, block.size, 0.0f);
      continue;
    }
    kernels.exp_minus(logits, logits, block.size, 1.0f,
                      static_cast<float>(losses[row].log_sum));
    if (Contains(block, target)) logits[target - block.first] -= 1.0f;
  }
}

}  // namespace artspeak::nn
