#include "exchange/tensor_bundle_reader.h"

#include <cassert>
#include <system_error>

#include "base/error.h"
#include "base/utf8.h"
#include "exchange/crc32c.h"
#include "exchange/git_lfs.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;

namespace {

base::MappedFile MapShard(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw Error(
        "{} is missing: a TensorFlow checkpoint needs its .index file and all "
        "its .data files in one folder",
        path.string());
  }
  base::MappedFile file(path);
  RefuseGitLfsPointer(path, {reinterpret_cast<const char*>(file.bytes().data()),
                             file.bytes().size()});
  return file;
}

}  // namespace

TensorBundleReader::TensorBundleReader(const fs::path& prefix)
    : prefix_(prefix), index_(ReadBundleIndex(IndexPath(prefix))) {
  for (const auto& [name, entry] : index_.entries) {
    const fs::path path = ShardPath(prefix_, entry.shard, index_.shards);
    if (!shards_.contains(entry.shard)) {
      shards_.emplace(entry.shard, MapShard(path));
    }
    const int64_t bytes =
        static_cast<int64_t>(shards_.at(entry.shard).bytes().size());
    if (entry.offset > bytes || entry.size > bytes - entry.offset) {
      throw Error(
          "{} has {} bytes, too few to hold the {} of \"{}\" from byte {} on: "
          "copy the checkpoint again",
          path.string(), bytes, entry.size, base::OneLine(name), entry.offset);
    }
  }
}

std::span<const std::byte> TensorBundleReader::Read(
    const std::string& name) const {
  const BundleEntry& entry = index_.entries.at(name);
  assert(BytesOfDtype(entry.dtype) > 0);
  const auto bytes = shards_.at(entry.shard)
                         .bytes()
                         .subspan(static_cast<size_t>(entry.offset),
                                  static_cast<size_t>(entry.size));
  if (MaskedCrc32c(bytes) != entry.masked_crc) {
    throw Error(
        "{} is damaged: the bytes of \"{}\" do not match their checksum; copy "
        "the checkpoint again",
        ShardPath(prefix_, entry.shard, index_.shards).string(),
        base::OneLine(name));
  }
  return bytes;
}

}  // namespace artspeak::exchange
