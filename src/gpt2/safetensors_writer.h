// Writes a safetensors file (see safetensors_reader.h for the format).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace artspeak::gpt2 {

struct FloatTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::span<const float> values;  // as many as the shape's product
};

// Writes the tensors as F32, in the given order, atomically; the numbers start
// at a multiple of 64 bytes, so that they can be used where they are mapped.
// Throws Error when the file cannot be written.
void WriteSafetensors(const std::filesystem::path& path,
                      std::span<const FloatTensor> tensors);

}  // namespace artspeak::gpt2
