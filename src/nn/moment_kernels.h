// The inner loops of Adam with moments in 8 bits, once for every instruction
// set.
#pragma once

#include <cstdint>

#include "nn/kernels.h"
#include "nn/moment_codes.h"

namespace artspeak::nn {

// Loops over one block of `count` numbers, at most kMomentBlock. All that is
// random is a function of `key` and the place in the block. The same bits with
// every instruction set. Nothing is aligned. Thread-safe.
struct MomentKernels {
  // One update: the moments go on, weights follow the moments as they are
  // before they are rounded, gradients become zero.
  void (*adam)(const AdamFactors& factors, int64_t count, float* weights,
               float* gradients, const MomentBlock& block, uint64_t key);
  // first, second: (count); second >= 0.
  void (*encode)(const MomentBlock& block, int64_t count, const float* first,
                 const float* second, uint64_t key);
  void (*decode)(float* first, float* second, int64_t count,
                 const MomentBlock& block);
};

// The kernels of one instruction set; null if this processor lacks it.
const MomentKernels* MomentKernelsOf(InstructionSet set);

// The fastest this processor has.
const MomentKernels& BestMomentKernels();

}  // namespace artspeak::nn
