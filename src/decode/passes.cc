#include "decode/passes.h"

#include <initializer_list>

namespace artspeak::decode {

namespace plain {
extern const Passes kPasses;
}
namespace avx2 {
extern const Passes kPasses;
}
namespace avx512 {
extern const Passes kPasses;
}

const Passes* PassesOf(nn::InstructionSet set) {
  if (nn::KernelsOf(set) == nullptr) return nullptr;
  switch (set) {
    case nn::InstructionSet::kPlain:
      return &plain::kPasses;
    case nn::InstructionSet::kAvx2:
      return &avx2::kPasses;
    case nn::InstructionSet::kAvx512:
      return &avx512::kPasses;
  }
  return nullptr;
}

const Passes& BestPasses() {
  for (const nn::InstructionSet set :
       {nn::InstructionSet::kAvx512, nn::InstructionSet::kAvx2}) {
    if (const Passes* passes = PassesOf(set)) return *passes;
  }
  return plain::kPasses;
}

}  // namespace artspeak::decode
