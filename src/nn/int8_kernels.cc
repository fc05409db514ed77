#include "nn/int8_kernels.h"

#include <initializer_list>

namespace artspeak::nn {

namespace plain {
extern const Int8Kernels kInt8Kernels;
}
namespace avx2 {
extern const Int8Kernels kInt8Kernels;
}
namespace avx512 {
extern const Int8Kernels kInt8Kernels;
}

const Int8Kernels* Int8KernelsOf(InstructionSet set) {
  if (KernelsOf(set) == nullptr) return nullptr;
  switch (set) {
    case InstructionSet::kPlain:
      return &plain::kInt8Kernels;
    case InstructionSet::kAvx2:
      return &avx2::kInt8Kernels;
    case InstructionSet::kAvx512:
      return __builtin_cpu_supports("avx512vnni") ? &avx512::kInt8Kernels
                                                  : nullptr;
  }
  return nullptr;
}

const Int8Kernels& BestInt8Kernels() {
  for (const InstructionSet set :
       {InstructionSet::kAvx512, InstructionSet::kAvx2}) {
    if (const Int8Kernels* kernels = Int8KernelsOf(set)) return *kernels;
  }
  return plain::kInt8Kernels;
}

}  // namespace artspeak::nn
