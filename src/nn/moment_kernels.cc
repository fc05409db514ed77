#include "nn/moment_kernels.h"

namespace artspeak::nn {

namespace plain {
extern const MomentKernels kMomentKernels;
}
namespace avx2 {
extern const MomentKernels kMomentKernels;
}
namespace avx512 {
extern const MomentKernels kMomentKernels;
}

const MomentKernels* MomentKernelsOf(InstructionSet set) {
  if (KernelsOf(set) == nullptr) return nullptr;
  switch (set) {
    case InstructionSet::kPlain:
      return &plain::kMomentKernels;
    case InstructionSet::kAvx2:
      return &avx2::kMomentKernels;
    case InstructionSet::kAvx512:
      return &avx512::kMomentKernels;
  }
  return nullptr;
}

const MomentKernels& BestMomentKernels() {
  return *MomentKernelsOf(BestInstructionSet());
}

}  // namespace artspeak::nn
