#include "nn/bf16_kernels.h"

#include "nn/kernels.h"

namespace artspeak::nn {

namespace avx512 {
extern const Bf16Kernels kBf16Kernels;
}

const Bf16Kernels* FindBf16Kernels() {
  return KernelsOf(InstructionSet::kAvx512) != nullptr &&
                 __builtin_cpu_supports("avx512bf16")
             ? &avx512::kBf16Kernels
             : nullptr;
}

}  // namespace artspeak::nn
