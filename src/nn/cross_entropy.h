// Softmax cross-entropy of logits against target tokens, a block of the
// vocabulary at a time. For one thread.
#pragma once

#include <cstdint>
#include <limits>

#include "nn/kernels.h"

namespace artspeak::nn {

// What a row of logits comes to, gathered over the blocks.
struct TokenLoss {
  double log_sum = -std::numeric_limits<double>::infinity();
  float target_logit = 0;

  // -log softmax(row)[target], in nats.
  double nats() const { return log_sum - double{target_logit}; }
};

// The token ids [first, first + size).
struct VocabularyBlock {
  int64_t first = 0, size = 0;
};

// Adds a block's logits (rows, block.size) to what its rows' losses (rows) have
// gathered. Rows whose target is -1 are left out.
void GatherLosses(const Kernels& kernels, TokenLoss* losses,
                  const float* logits, const int32_t* targets, int64_t rows,
                  VocabularyBlock block);

// Replaces a block's logits by d nats / d logits = softmax(row) -
// onehot(target) once all blocks are gathered; by zeros where the target is -1.
void CrossEntropyGradient(const Kernels& kernels, float* logits,
                          const TokenLoss* losses, const int32_t* targets,
                          int64_t rows, VocabularyBlock block);

}  // namespace artspeak::nn
