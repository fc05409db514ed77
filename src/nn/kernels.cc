#include "nn/kernels.h"

#include <initializer_list>

namespace artspeak::nn {

namespace plain {
extern const Kernels kKernels;
}
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}

const Kernels* KernelsOf(InstructionSet set) {
  switch (set) {
    case InstructionSet::kPlain:
      return &plain::kKernels;
    case InstructionSet::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                 ? &avx2::kKernels
                 : nullptr;
    case InstructionSet::kAvx512:
      return __builtin_cpu_supports("avx512f") &&
                     __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("fma")
                 ? &avx512::kKernels
                 : nullptr;
  }
  return nullptr;
}

InstructionSet BestInstructionSet() {
  for (const InstructionSet set :
       {InstructionSet::kAvx512, InstructionSet::kAvx2}) {
    if (KernelsOf(set) != nullptr) return set;
  }
  return InstructionSet::kPlain;
}

const Kernels& BestKernels() { return *KernelsOf(BestInstructionSet()); }

std::string_view NameOf(InstructionSet set) {
  switch (set) {
    case InstructionSet::kPlain:
      return "plain";
    case InstructionSet::kAvx2:
      return "avx2";
    case InstructionSet::kAvx512:
      return "avx512";
  }
  return "unknown";
}

}  // namespace artspeak::nn
