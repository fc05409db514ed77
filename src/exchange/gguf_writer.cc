#include "exchange/gguf_writer.h"

#include <cassert>

namespace artspeak::exchange {

namespace {

constexpr uint32_t kVersion = 3;
constexpr uint64_t kAlignment = 32;  // the format's, where none is said

// Ids of a value's type (gguf_metadata_value_type).
enum class ValueType : uint32_t {
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
};

template <typename Number>
void AppendNumber(Number number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void AppendString(std::string_view text, std::string& out) {
  AppendNumber(uint64_t{text.size()}, out);
  out += text;
}

void AppendArrayHead(ValueType type, size_t count, std::string& out) {
  AppendNumber(ValueType::kArray, out);
  AppendNumber(type, out);
  AppendNumber(uint64_t{count}, out);
}

uint64_t PaddingAfter(uint64_t bytes) {
  return (kAlignment - bytes % kAlignment) % kAlignment;
}

}  // namespace

void GgufMetadata::AddKey(std::string_view key) {
  AppendString(key, bytes_);
  ++count_;
}

void GgufMetadata::AddUint32(std::string_view key, uint32_t value) {
  AddKey(key);
  AppendNumber(ValueType::kUint32, bytes_);
  AppendNumber(value, bytes_);
}

void GgufMetadata::AddFloat(std::string_view key, float value) {
  AddKey(key);
  AppendNumber(ValueType::kFloat32, bytes_);
  AppendNumber(value, bytes_);
}

void GgufMetadata::AddBool(std::string_view key, bool value) {
  AddKey(key);
  AppendNumber(ValueType::kBool, bytes_);
  AppendNumber(static_cast<uint8_t>(value), bytes_);
}

void GgufMetadata::AddString(std::string_view key, std::string_view value) {
  AddKey(key);
  AppendNumber(ValueType::kString, bytes_);
  AppendString(value, bytes_);
}

void GgufMetadata::AddStrings(std::string_view key,
                              std::span<const std::string> values) {
  AddKey(key);
  AppendArrayHead(ValueType::kString, values.size(), bytes_);
  for (const std::string& value : values) AppendString(value, bytes_);
}

void GgufMetadata::AddInt32s(std::string_view key,
                             std::span<const int32_t> values) {
  AddKey(key);
  AppendArrayHead(ValueType::kInt32, values.size(), bytes_);
  for (const int32_t value : values) AppendNumber(value, bytes_);
}

uint64_t GgufTensor::bytes() const {
  uint64_t rows = 1;
  for (size_t i = 1; i < dimensions.size(); ++i) rows *= dimensions[i];
  return rows * BytesOf(type, dimensions.front());
}

GgufWriter::GgufWriter(const std::filesystem::path& path,
                       const GgufMetadata& metadata,
                       std::span<const GgufTensor> tensors)
    : file_(path) {
  std::string header = "GGUF";
  AppendNumber(kVersion, header);
  AppendNumber(uint64_t{tensors.size()}, header);
  AppendNumber(metadata.count(), header);
  header += metadata.bytes();
  uint64_t offset = 0;  // from where the tensors begin
  for (const GgufTensor& tensor : tensors) {
    assert(tensor.name.size() < 64 && tensor.bytes() > 0);
    AppendString(tensor.name, header);
    AppendNumber(static_cast<uint32_t>(tensor.dimensions.size()), header);
    for (const uint64_t dimension : tensor.dimensions) {
      AppendNumber(dimension, header);
    }
    AppendNumber(tensor.type, header);
    AppendNumber(offset, header);
    sizes_.push_back(tensor.bytes());
    offset += tensor.bytes() + PaddingAfter(tensor.bytes());
  }
  file_.Write(header);
  WritePadding(header.size());
}

void GgufWriter::WritePadding(uint64_t written) {
  static constexpr char kZeros[kAlignment] = {};
  file_.Write(kZeros, PaddingAfter(written));
}

void GgufWriter::Write(std::span<const std::byte> bytes) {
  assert(tensor_ < sizes_.size());
  assert(bytes.size() <= sizes_[tensor_] - written_);
  file_.Write(bytes.data(), bytes.size());
  written_ += bytes.size();
  if (written_ < sizes_[tensor_]) return;
  WritePadding(written_);
  written_ = 0;
  ++tensor_;
}

void GgufWriter::Commit() {
  assert(tensor_ == sizes_.size());
  file_.Commit();
}

}  // namespace artspeak::exchange
