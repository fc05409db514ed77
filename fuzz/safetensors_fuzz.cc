// A safetensors file: opened, and every float of it read.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "fuzz/scratch.h"
#include "gpt2/safetensors_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  try {
    const gpt2::SafetensorsReader reader(
        scratch.Write("model.safetensors", {data, size}));
    for (const auto& [name, tensor] : reader.tensors()) {
      if (!gpt2::IsFloatDtype(tensor.dtype)) continue;
      std::vector<float> values(static_cast<size_t>(tensor.size));
      gpt2::CopyAsFloats(tensor, values);
    }
  } catch (const base::Error&) {
  }
  return 0;
}
