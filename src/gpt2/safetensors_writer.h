// Writes a safetensors file (see safetensors_reader.h for the format).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace artspeak::gpt2 {

// What the file's header says of one tensor.
struct TensorHeading {
  std::string name;
  std::string dtype;           // "F32", "F16", "BF16", "U8"
  std::vector<int64_t> shape;  // row-major
};

// Writes tensors one after the other, so that none but the one at hand need be
// in memory. Nothing is at `path` before Commit. Not thread-safe.
class SafetensorsWriter {
 public:
  // The tensors in the order in which their bytes will come. The first starts
  // at a multiple of 64 bytes, so that fp32 can be used where it is mapped.
  // Throws Error when the file cannot be made.
  SafetensorsWriter(const std::filesystem::path& path,
                    std::span<const TensorHeading> tensors);

  // The next bytes, little-endian: of a tensor, or a part of one.
  void Write(std::span<const std::byte> bytes);
  // Makes it durable, then visible. All bytes must have come.
  void Commit();

 private:
  base::AtomicFile file_;
  uint64_t awaited_ = 0;  // bytes still to come
};

struct FloatTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::span<const float> values;  // as many as the shape's product
};

// Writes the tensors as F32, in the given order, atomically. Throws Error when
// the file cannot be written.
void WriteSafetensors(const std::filesystem::path& path,
                      std::span<const FloatTensor> tensors);

}  // namespace artspeak::gpt2
