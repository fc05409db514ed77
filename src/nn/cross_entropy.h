// Softmax cross-entropy of logits against target tokens.
#pragma once

#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::nn {

// For each row of logits (rows, V), in its place: losses (rows) = -log
// softmax(row)[target], in nats, and row = d loss / d logits = softmax(row) -
// onehot(target). Where the target is -1, both are zero. For one thread.
void CrossEntropyRows(const Kernels& kernels, float* logits, float* losses,
                      const int32_t* targets, int64_t rows, int64_t V);

}  // namespace artspeak::nn
