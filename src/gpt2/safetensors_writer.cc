#include "gpt2/safetensors_writer.h"

#include <cassert>
#include <nlohmann/json.hpp>

namespace artspeak::gpt2 {

namespace {

uint64_t BytesOf(const TensorHeading& tensor) {
  uint64_t bytes = tensor.dtype == "F32" ? 4 : tensor.dtype == "U8" ? 1 : 2;
  for (const int64_t dimension : tensor.shape) {
    bytes *= static_cast<uint64_t>(dimension);
  }
  return bytes;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path,
                                     std::span<const TensorHeading> tensors)
    : file_(path) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};
  for (const TensorHeading& tensor : tensors) {
    const uint64_t end = awaited_ + BytesOf(tensor);
    header[tensor.name] = {{"dtype", tensor.dtype},
                           {"shape", tensor.shape},
                           {"data_offsets", {awaited_, end}}};
    awaited_ = end;
  }
  std::string text = header.dump();
  constexpr size_t kAlignment = 64;
  const size_t before = sizeof(uint64_t) + text.size();
  text.append((kAlignment - before % kAlignment) % kAlignment, ' ');
  const uint64_t length = text.size();
  file_.Write(&length, sizeof length);
  file_.Write(text);
}

void SafetensorsWriter::Write(std::span<const std::byte> bytes) {
  assert(bytes.size() <= awaited_);
  file_.Write(bytes.data(), bytes.size());
  awaited_ -= bytes.size();
}

void SafetensorsWriter::Commit() {
  assert(awaited_ == 0);
  file_.Commit();
}

void WriteSafetensors(const std::filesystem::path& path,
                      std::span<const FloatTensor> tensors) {
  std::vector<TensorHeading> headings;
  for (const FloatTensor& tensor : tensors) {
    headings.push_back({tensor.name, "F32", tensor.shape});
  }
  SafetensorsWriter writer(path, headings);
  for (const FloatTensor& tensor : tensors) {
    writer.Write(std::as_bytes(tensor.values));
  }
  writer.Commit();
}

}  // namespace artspeak::gpt2
