#include "nn/packed_kernels.h"

namespace artspeak::nn {

namespace plain {
extern const PackedKernels kPackedKernels;
}
namespace avx2 {
extern const PackedKernels kPackedKernels;
}
namespace avx512 {
extern const PackedKernels kPackedKernels;  // without product_bf16
void ProductBf16(float* y, int64_t y_stride, const Bfloat16* x, int64_t rows,
                 const PackedMatrix& w, const float* bias, int64_t begin,
                 int64_t end);
}  // namespace avx512

std::optional<PackedKernels> PackedKernelsOf(InstructionSet set) {
  if (KernelsOf(set) == nullptr) return {};
  switch (set) {
    case InstructionSet::kPlain:
      return plain::kPackedKernels;
    case InstructionSet::kAvx2:
      return avx2::kPackedKernels;
    case InstructionSet::kAvx512: {
      if (!__builtin_cpu_supports("avx512vnni")) return {};
      PackedKernels kernels = avx512::kPackedKernels;
      kernels.product_bf16 = HasBf16Instruction()
                                 ? &avx512::ProductBf16
                                 : avx2::kPackedKernels.product_bf16;
      return kernels;
    }
  }
  return {};
}

bool HasBf16Instruction() {
  return KernelsOf(InstructionSet::kAvx512) != nullptr &&
         __builtin_cpu_supports("avx512vnni") &&
         __builtin_cpu_supports("avx512bf16");
}

PackedKernels BestPackedKernels() {
  for (const InstructionSet set :
       {InstructionSet::kAvx512, InstructionSet::kAvx2}) {
    if (const auto kernels = PackedKernelsOf(set)) return *kernels;
  }
  return plain::kPackedKernels;
}

}  // namespace artspeak::nn
