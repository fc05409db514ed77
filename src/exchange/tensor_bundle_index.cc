#include "exchange/tensor_bundle_index.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "exchange/git_lfs.h"
#include "exchange/protobuf_wire.h"
#include "exchange/sorted_table_reader.h"
#include "exchange/sorted_table_writer.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;

namespace {

// TensorFlow's version of the format.
constexpr uint64_t kVersion = 1;
// TensorShape::MaxDimensions.
constexpr size_t kMostDimensions = 254;

struct Dtype {
  uint64_t number;  // in core/framework/types.proto
  std::string_view name;
  int64_t bytes;
};

constexpr Dtype kDtypes[] = {
    {1, "float32", 4},       {2, "float64", 8},   {3, "int32", 4},
    {4, "uint8", 1},         {5, "int16", 2},     {6, "int8", 1},
    {7, "string", 0},        {8, "complex64", 8}, {9, "int64", 8},
    {10, "bool", 1},         {11, "qint8", 1},    {12, "quint8", 1},
    {13, "qint32", 4},       {14, "bfloat16", 2}, {15, "qint16", 2},
    {16, "quint16", 2},      {17, "uint16", 2},   {18, "complex128", 16},
    {19, "float16", 2},      {20, "resource", 0}, {21, "variant", 0},
    {22, "uint32", 4},       {23, "uint64", 8},   {24, "float8_e5m2", 1},
    {25, "float8_e4m3fn", 1}};

template <typename Matches>
const Dtype* FindDtype(const Matches& matches) {
  for (const Dtype& dtype : kDtypes) {
    if (matches(dtype)) return &dtype;
  }
  return nullptr;
}

const Dtype* DtypeOfName(std::string_view name) {
  return FindDtype([&](const Dtype& dtype) { return dtype.name == name; });
}

const Dtype* DtypeOfNumber(uint64_t number) {
  return FindDtype([&](const Dtype& dtype) { return dtype.number == number; });
}

// A size or place, which the format holds as a signed number.
int64_t AsCount(const WireField& field) {
  const int64_t value = static_cast<int64_t>(field.AsVarint());
  if (value < 0) throw Error("it has a negative size");
  return value;
}

int AsShard(const WireField& field) {
  const uint64_t value = field.AsVarint();
  if (value > std::numeric_limits<int>::max()) {
    throw Error("it has an impossible number of shards");
  }
  return static_cast<int>(value);
}

// TensorShapeProto.Dim
int64_t ParseDimension(std::string_view message) {
  int64_t size = 0;
  WireReader reader(message);
  while (const auto field = reader.Next()) {
    if (field->number() == 1) size = AsCount(*field);
  }
  return size;
}

// TensorShapeProto
std::vector<int64_t> ParseShape(std::string_view message) {
  std::vector<int64_t> shape;
  WireReader reader(message);
  while (const auto field = reader.Next()) {
    if (field->number() == 2) {
      if (shape.size() == kMostDimensions) {
        throw Error("it has more dimensions than TensorFlow allows");
      }
      shape.push_back(ParseDimension(field->AsBytes()));
    } else if (field->number() == 3 && field->AsVarint() != 0) {
      throw Error("it has no shape");
    }
  }
  return shape;
}

void CheckSize(const BundleEntry& entry) {
  int64_t bytes = BytesOfDtype(entry.dtype);
  if (bytes == 0) return;
  for (const int64_t dimension : entry.shape) {
    if (__builtin_mul_overflow(bytes, dimension, &bytes)) {
      throw Error("it is larger than any file");
    }
  }
  if (bytes != entry.size) {
    throw Error("its shape calls for {} bytes where it has {}", bytes,
                entry.size);
  }
}

// BundleEntryProto
BundleEntry ParseEntry(std::string_view message) {
  BundleEntry entry;
  const Dtype* dtype = nullptr;
  WireReader reader(message);
  while (const auto field = reader.Next()) {
    switch (field->number()) {
      case 1:
        dtype = DtypeOfNumber(field->AsVarint());
        break;
      case 2:
        entry.shape = ParseShape(field->AsBytes());
        break;
      case 3:
        entry.shard = AsShard(*field);
        break;
      case 4:
        entry.offset = AsCount(*field);
        break;
      case 5:
        entry.size = AsCount(*field);
        break;
      case 6:
        entry.masked_crc = field->AsFixed32();
        break;
      case 7:
        throw Error(
            "it was saved in slices, as a partitioned variable, which this "
            "program does not join");
    }
  }
  if (dtype == nullptr) throw Error("it is of an unknown type");
  entry.dtype = dtype->name;
  CheckSize(entry);
  return entry;
}

// VersionDef: whether a reader of our version may read it.
bool IsReadable(std::string_view message) {
  WireReader reader(message);
  while (const auto field = reader.Next()) {
    const uint64_t version = field->number() > 1 ? field->AsVarint() : 0;
    if (field->number() == 2 && version > kVersion) return false;
    if (field->number() == 3 && version == kVersion) return false;
  }
  return true;
}

// BundleHeaderProto: returns the number of shards.
int ParseHeader(std::string_view message) {
  int shards = 0;
  WireReader reader(message);
  while (const auto field = reader.Next()) {
    if (field->number() == 1) shards = AsShard(*field);
    if (field->number() == 2 && field->AsVarint() != 0) {
      throw Error("its numbers are big-endian");
    }
    if (field->number() == 3 && !IsReadable(field->AsBytes())) {
      throw Error("it is in a newer version of the format");
    }
  }
  if (shards == 0) throw Error("it has no shards");
  return shards;
}

BundleIndex ParseIndex(std::string_view file) {
  const std::vector<TableEntry> table = ReadSortedTable(file);
  if (table.empty() || !table.front().key.empty()) {
    throw Error("it has no header");
  }
  BundleIndex index;
  index.shards = ParseHeader(table.front().value);
  for (size_t i = 1; i < table.size(); ++i) {
    try {
      BundleEntry entry = ParseEntry(table[i].value);
      if (entry.shard >= index.shards) {
        throw Error("it lies in shard {} where there are {}", entry.shard,
                    index.shards);
      }
      index.entries.emplace(table[i].key, std::move(entry));
    } catch (const Error& error) {
      throw Error("the entry of \"{}\" is wrong ({})",
                  base::OneLine(table[i].key), error.what());
    }
  }
  return index;
}

std::string EncodeHeader(int shards) {
  std::string version;
  AppendVarintField(1, kVersion, version);
  std::string message;
  AppendVarintField(1, static_cast<uint64_t>(shards), message);
  AppendBytesField(3, version, message);
  return message;
}

std::string EncodeEntry(const BundleEntry& entry) {
  std::string shape;
  for (const int64_t size : entry.shape) {
    std::string dimension;
    AppendVarintField(1, static_cast<uint64_t>(size), dimension);
    AppendBytesField(2, dimension, shape);
  }
  std::string message;
  AppendVarintField(1, DtypeOfName(entry.dtype)->number, message);
  AppendBytesField(2, shape, message);
  AppendVarintField(3, static_cast<uint64_t>(entry.shard), message);
  AppendVarintField(4, static_cast<uint64_t>(entry.offset), message);
  AppendVarintField(5, static_cast<uint64_t>(entry.size), message);
  AppendFixed32Field(6, entry.masked_crc, message);
  return message;
}

}  // namespace

fs::path IndexPath(const fs::path& prefix) {
  fs::path path = prefix;
  path += ".index";
  return path;
}

fs::path ShardPath(const fs::path& prefix, int shard, int shards) {
  fs::path path = prefix;
  path += fmt::format(".data-{:05}-of-{:05}", shard, shards);
  return path;
}

int64_t BytesOfDtype(std::string_view dtype) {
  const Dtype* found = DtypeOfName(dtype);
  return found == nullptr ? 0 : found->bytes;
}

BundleIndex ReadBundleIndex(const fs::path& path) {
  const base::MappedFile file(path);
  const std::string_view bytes(
      reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  RefuseGitLfsPointer(path, bytes);
  try {
    return ParseIndex(bytes);
  } catch (const Error& error) {
    throw Error(
        "{} is not a sound index of a TensorFlow checkpoint: {}; copy or save "
        "the checkpoint again",
        path.string(), error.what());
  }
}

std::string EncodeBundleIndex(const BundleIndex& index) {
  std::vector<TableEntry> table = {{"", EncodeHeader(index.shards)}};
  for (const auto& [name, entry] : index.entries) {
    table.push_back({name, EncodeEntry(entry)});
  }
  return EncodeSortedTable(table);
}

}  // namespace artspeak::exchange
