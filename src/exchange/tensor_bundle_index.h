// What the .index file of a TensorFlow checkpoint says: which tensors there are
// and where their bytes lie.
//
// A checkpoint, or "tensor bundle", is PREFIX.index and one or more files of
// bytes, the shards, PREFIX.data-00000-of-00001. The index is a sorted table
// whose key "" holds a BundleHeaderProto and every other key, a tensor's name,
// a BundleEntryProto (TensorFlow, core/protobuf/tensor_bundle.proto).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace artspeak::exchange {

struct BundleEntry {
  std::string dtype;  // TensorFlow's name: "float32", "int64", …
  std::vector<int64_t> shape = {};  // row-major; empty for a single number
  int shard = 0;
  int64_t offset = 0;  // of the first byte in the shard
  int64_t size = 0;    // bytes
  uint32_t masked_crc = 0;

  bool operator==(const BundleEntry&) const = default;
};

struct BundleIndex {
  int shards = 1;
  std::map<std::string, BundleEntry> entries;
};

std::filesystem::path IndexPath(const std::filesystem::path& prefix);
std::filesystem::path ShardPath(const std::filesystem::path& prefix, int shard,
                                int shards);

// The bytes of one number of that type; 0 for texts and other things of no
// fixed size.
int64_t BytesOfDtype(std::string_view dtype);

// Throws Error, naming `path`, when the file is missing, malformed or damaged,
// of a big-endian machine, or holds a tensor that was saved in slices. In what
// is returned sizes fit types and shapes, shards exist by number, and no number
// is negative.
BundleIndex ReadBundleIndex(const std::filesystem::path& path);

// The bytes of the .index file as TensorFlow writes them.
std::string EncodeBundleIndex(const BundleIndex& index);

}  // namespace artspeak::exchange
