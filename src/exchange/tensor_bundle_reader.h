// Reads a TensorFlow checkpoint's tensors by memory map.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "base/file.h"
#include "exchange/tensor_bundle_index.h"

namespace artspeak::exchange {

// The tensors of PREFIX.index, each within its shard. Thread-safe.
class TensorBundleReader {
 public:
  // Throws Error, saying what is wrong, when a file is missing or malformed, or
  // a shard is too short for its tensors.
  explicit TensorBundleReader(const std::filesystem::path& prefix);

  const BundleIndex& index() const { return index_; }

  // The bytes of a tensor that the index names and whose numbers have a fixed
  // size (BytesOfDtype), in the map: valid as long as this object. Throws Error
  // when they do not fit their checksum.
  std::span<const std::byte> Read(const std::string& name) const;

 private:
  std::filesystem::path prefix_;
  BundleIndex index_;
  std::map<int, base::MappedFile> shards_;  // those in which tensors lie
};

}  // namespace artspeak::exchange
