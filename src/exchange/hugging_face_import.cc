#include "exchange/hugging_face_import.h"

#include <algorithm>
#include <vector>

#include "base/file.h"
#include "gpt2/checkpoint.h"
#include "gpt2/safetensors_writer.h"
#include "text/tokenizer.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;

namespace {

constexpr size_t kPartBytes = 16 << 20;  // between two reports of progress

}  // namespace

void ImportHuggingFace(const fs::path& source, const fs::path& output,
                       const base::ProgressCallback& progress) {
  const gpt2::Checkpoint checkpoint(source);
  const auto tokenizer = text::Tokenizer::Load(source);
  checkpoint.config().CheckTokenizer(tokenizer.vocab_size(), source);
  std::vector<gpt2::TensorHeading> headings;
  int64_t total = 0;
  const std::vector<gpt2::TensorPlace> places =
      gpt2::TensorPlaces(checkpoint.config());
  for (size_t i = 0; i < places.size(); ++i) {
    const gpt2::StoredTensor& tensor = *checkpoint.tensors()[i];
    headings.push_back({places[i].name, tensor.dtype, tensor.shape});
    total += static_cast<int64_t>(tensor.bytes.size());
  }
  base::MakeDirectories(output);
  gpt2::SafetensorsWriter writer(output / "model.safetensors", headings);
  int64_t done = 0;
  for (const gpt2::StoredTensor* tensor : checkpoint.tensors()) {
    std::span<const std::byte> rest = tensor->bytes;
    while (!rest.empty()) {
      const auto part = rest.first(std::min(rest.size(), kPartBytes));
      writer.Write(part);
      rest = rest.subspan(part.size());
      done += static_cast<int64_t>(part.size());
      if (progress) progress({done, total, ""});
    }
  }
  writer.Commit();
  tokenizer.Save(output);
  checkpoint.config().Save(output);
}

}  // namespace artspeak::exchange
