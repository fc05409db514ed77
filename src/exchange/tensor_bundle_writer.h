// Writes a TensorFlow checkpoint of fp32 tensors in one shard.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "exchange/tensor_bundle_index.h"

namespace artspeak::exchange {

// Writes PREFIX.data-00000-of-00001, then PREFIX.index. Nothing is there before
// Commit. Not thread-safe.
class TensorBundleWriter {
 public:
  // Throws Error when the file cannot be made.
  explicit TensorBundleWriter(const std::filesystem::path& prefix);

  // Names come in rising order (as bytes), as TensorFlow lays them out; the
  // bytes fill the shape.
  void Add(const std::string& name, std::vector<int64_t> shape,
           std::span<const std::byte> bytes);
  // Makes both files durable and visible, the index last.
  void Commit();

 private:
  std::filesystem::path prefix_;
  base::AtomicFile shard_;
  BundleIndex index_;
  int64_t offset_ = 0;
};

}  // namespace artspeak::exchange
