#include "exchange/tensor_bundle_writer.h"

#include <cassert>
#include <utility>

#include "exchange/crc32c.h"

namespace artspeak::exchange {

TensorBundleWriter::TensorBundleWriter(const std::filesystem::path& prefix)
    : prefix_(prefix), shard_(ShardPath(prefix, 0, 1)) {}

void TensorBundleWriter::Add(const std::string& name,
                             std::vector<int64_t> shape,
                             std::span<const std::byte> bytes) {
  assert(!name.empty());
  assert(index_.entries.empty() || index_.entries.rbegin()->first < name);
  const int64_t size = static_cast<int64_t>(bytes.size());
  shard_.Write(bytes.data(), bytes.size());
  index_.entries.emplace(name, BundleEntry{.dtype = "float32",
                                           .shape = std::move(shape),
                                           .offset = offset_,
                                           .size = size,
                                           .masked_crc = MaskedCrc32c(bytes)});
  offset_ += size;
}

void TensorBundleWriter::Commit() {
  shard_.Commit();
  base::WriteFileAtomically(IndexPath(prefix_), EncodeBundleIndex(index_));
}

}  // namespace artspeak::exchange
