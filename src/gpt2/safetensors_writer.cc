#include "gpt2/safetensors_writer.h"

#include <nlohmann/json.hpp>

#include "base/file.h"

namespace artspeak::gpt2 {

void WriteSafetensors(const std::filesystem::path& path,
                      std::span<const FloatTensor> tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};
  uint64_t offset = 0;
  for (const FloatTensor& tensor : tensors) {
    const uint64_t end = offset + tensor.values.size_bytes();
    header[tensor.name] = {{"dtype", "F32"},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  constexpr size_t kAlignment = 64;
  const size_t before = sizeof(uint64_t) + text.size();
  text.append((kAlignment - before % kAlignment) % kAlignment, ' ');

  base::AtomicFile file(path);
  const uint64_t length = text.size();
  file.Write(&length, sizeof length);
  file.Write(text);
  for (const FloatTensor& tensor : tensors) {
    file.Write(tensor.values.data(), tensor.values.size_bytes());
  }
  file.Commit();
}

}  // namespace artspeak::gpt2
