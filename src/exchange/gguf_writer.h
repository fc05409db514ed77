// Writes a GGUF file, version 3: what a model is, its tokenizer and its
// tensors in one file, as llama.cpp reads it.
// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: a header,
// metadata (keys and values), what is known of each tensor, then the tensors'
// bytes, each tensor at a multiple of 32 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "exchange/gguf_numbers.h"

namespace artspeak::exchange {

// Keys and values, in the order in which they were added. Keys are ASCII like
// "general.name", each added once; strings are UTF-8.
class GgufMetadata {
 public:
  void AddUint32(std::string_view key, uint32_t value);
  void AddFloat(std::string_view key, float value);
  void AddBool(std::string_view key, bool value);
  void AddString(std::string_view key, std::string_view value);
  void AddStrings(std::string_view key, std::span<const std::string> values);
  void AddInt32s(std::string_view key, std::span<const int32_t> values);

  uint64_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }  // as the file holds them

 private:
  void AddKey(std::string_view key);

  uint64_t count_ = 0;
  std::string bytes_;
};

// What the file says of one tensor.
struct GgufTensor {
  std::string name;  // at most 63 bytes
  GgufType type = GgufType::kF32;
  // 1 to 4, none of them 0; the first is the length of a row, whose numbers lie
  // side by side.
  std::vector<uint64_t> dimensions;

  uint64_t bytes() const;
};

// Writes tensors one after the other, so that no more than a part of one need
// be in memory. Nothing is at `path` before Commit. Not thread-safe.
class GgufWriter {
 public:
  // The tensors in the order in which their bytes will come. Throws Error when
  // the file cannot be made.
  GgufWriter(const std::filesystem::path& path, const GgufMetadata& metadata,
             std::span<const GgufTensor> tensors);

  // The next bytes of the tensor at hand. Its last byte brings on the next
  // tensor.
  void Write(std::span<const std::byte> bytes);
  // Makes it durable, then visible. All bytes must have come.
  void Commit();

 private:
  void WritePadding(uint64_t written);

  base::AtomicFile file_;
  std::vector<uint64_t> sizes_;  // bytes of each tensor
  size_t tensor_ = 0;            // the one at hand
  uint64_t written_ = 0;         // bytes of it
};

}  // namespace artspeak::exchange
