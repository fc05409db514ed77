// The panels' loops for bfloat16, for processors with an instruction that
// multiplies pairs of them and sums up in fp32.
#pragma once

#include "nn/bfloat16.h"
#include "nn/panel_kernels.h"

namespace artspeak::nn {

using Bf16Kernels = PanelKernels<Bfloat16>;

// Null if this processor lacks AVX-512 with bfloat16.
const Bf16Kernels* FindBf16Kernels();

}  // namespace artspeak::nn
