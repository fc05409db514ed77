// Reads a safetensors file by memory map.
// Format: https://github.com/huggingface/safetensors, "Format": 8 bytes of
// header length (little endian), a JSON header naming each tensor's dtype,
// shape and place, then the tensors' bytes without a gap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace artspeak::gpt2 {

struct StoredTensor {
  std::string dtype;           // "F32", "BF16", "I64", …
  std::vector<int64_t> shape;  // row-major; empty for a single number
  int64_t size = 0;            // product of the shape
  std::span<const std::byte> bytes;
};

// The file's tensors, checked against the file's size when opened. The spans
// point into the map and live as long as the reader. Thread-safe.
class SafetensorsReader {
 public:
  // Throws Error, saying what is wrong, when the file is missing or malformed.
  explicit SafetensorsReader(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  int64_t bytes() const { return static_cast<int64_t>(file_.bytes().size()); }
  const std::map<std::string, StoredTensor>& tensors() const {
    return tensors_;
  }

 private:
  std::filesystem::path path_;
  base::MappedFile file_;
  std::map<std::string, StoredTensor> tensors_;
};

// Whether CopyAsFloats understands this dtype: F32, F16 or BF16.
bool IsFloatDtype(const std::string& dtype);

// Copies the tensor's numbers to fp32; `out` has tensor.size places. The dtype
// must be one that IsFloatDtype accepts.
void CopyAsFloats(const StoredTensor& tensor, std::span<float> out);

}  // namespace artspeak::gpt2
