// The panels' loops for bfloat16, for processors with an instruction that
// multiplies pairs of them and sums up in fp32.
#pragma once

#include "nn/bfloat16.h"
#include "nn/panel_kernels.h"

namespace artspeak::nn {

struct Bf16Kernels : PanelKernels<Bfloat16> {
  // One panel of the matrix (K, columns), columns <= 64, whose rows lie
  // `stride` apart.
  void (*pack)(Bfloat16* panel, const Bfloat16* in, int64_t stride, int64_t K,
               int64_t columns);
};

// Null if this processor lacks AVX-512 with bfloat16.
const Bf16Kernels* FindBf16Kernels();

}  // namespace artspeak::nn
