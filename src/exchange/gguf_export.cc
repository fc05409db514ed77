#include "exchange/gguf_export.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "exchange/gguf_numbers.h"
#include "exchange/gguf_writer.h"
#include "gpt2/checkpoint.h"
#include "gpt2/parameters.h"
#include "text/byte_symbols.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;

namespace {

constexpr uint32_t kQuantizationVersion = 2;  // of the blocks

// Values of tokenizer.ggml.token_type.
constexpr int32_t kNormalToken = 1;
constexpr int32_t kControlToken = 3;

// One tensor of the model and what becomes of it.
struct Conversion {
  std::string name;  // Hugging Face's
  const gpt2::StoredTensor* stored;
  bool transposed;  // stored as (in, out), wanted as rows of in
  GgufTensor gguf;
};

// "h.0.mlp.c_fc.bias" -> "blk.0.ffn_up.bias".
std::string GgufName(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"wte", "token_embd"},       {"wpe", "position_embd"},
      {"ln_f", "output_norm"},     {"ln_1", "attn_norm"},
      {"attn.c_attn", "attn_qkv"}, {"attn.c_proj", "attn_output"},
      {"ln_2", "ffn_norm"},        {"mlp.c_fc", "ffn_up"},
      {"mlp.c_proj", "ffn_down"}};
  std::string translated;
  if (name.starts_with("h.")) {
    const size_t dot = name.find('.', 2);
    translated = fmt::format("blk.{}.", name.substr(2, dot - 2));
    name.remove_prefix(dot + 1);
  }
  const size_t dot = name.rfind('.');
  const auto* found =
      std::ranges::find(kNames, name.substr(0, dot),
                        &std::pair<std::string_view, std::string_view>::first);
  assert(found != std::end(kNames));
  translated += found->second;
  translated += name.substr(dot);
  return translated;
}

// A value of general.file_type: the type of most tensors.
uint32_t FileType(GgufWeights weights) {
  switch (weights) {
    case GgufWeights::kF16:
      return 1;
    case GgufWeights::kQ8_0:
      return 7;
    case GgufWeights::kQ4_0:
      return 2;
  }
  return 0;
}

GgufType MatrixType(GgufWeights weights) {
  switch (weights) {
    case GgufWeights::kF16:
      return GgufType::kF16;
    case GgufWeights::kQ8_0:
      return GgufType::kQ8_0;
    case GgufWeights::kQ4_0:
      return GgufType::kQ4_0;
  }
  return GgufType::kF16;
}

GgufType TypeOf(std::string_view name, std::span<const uint64_t> dimensions,
                GgufWeights weights) {
  // llama.cpp adds these to fp32 sums, and wants them so.
  if (dimensions.size() == 1 || name == "wpe.weight") return GgufType::kF32;
  const GgufType type = MatrixType(weights);
  return HoldsRows(type, dimensions.front()) ? type : GgufType::kF16;
}

// `tokens`: those of the tokenizer.
std::vector<Conversion> PlanTensors(const gpt2::Checkpoint& checkpoint,
                                    int tokens, GgufWeights weights) {
  std::vector<Conversion> conversions;
  auto stored = checkpoint.tensors().begin();
  for (const gpt2::TensorPlace& place :
       gpt2::TensorPlaces(checkpoint.config())) {
    const bool transposed =
        place.shape.size() == 2 && place.name.starts_with("h.");
    std::vector<uint64_t> dimensions(place.shape.begin(), place.shape.end());
    // Theirs begin with the innermost, which for a transposed one comes first.
    if (!transposed) std::ranges::reverse(dimensions);
    if (place.name == "wte.weight") {
      dimensions.back() = static_cast<uint64_t>(tokens);
    }
    const GgufType type = TypeOf(place.name, dimensions, weights);
    conversions.push_back({place.name,
                           *stored++,
                           transposed,
                           {GgufName(place.name), type, dimensions}});
  }
  return conversions;
}

void AddModel(const gpt2::Config& config, GgufWeights weights,
              const std::string& name, GgufMetadata& metadata) {
  const auto size = [](int value) { return static_cast<uint32_t>(value); };
  metadata.AddString("general.architecture", "gpt2");
  metadata.AddString("general.type", "model");
  metadata.AddString("general.name", name);
  metadata.AddUint32("general.file_type", FileType(weights));
  metadata.AddUint32("general.quantization_version", kQuantizationVersion);
  metadata.AddUint32("gpt2.context_length", size(config.context));
  metadata.AddUint32("gpt2.embedding_length", size(config.width));
  metadata.AddUint32("gpt2.feed_forward_length", 4 * size(config.width));
  metadata.AddUint32("gpt2.block_count", size(config.layers));
  metadata.AddUint32("gpt2.attention.head_count", size(config.heads));
  metadata.AddFloat("gpt2.attention.layer_norm_epsilon",
                    config.layer_norm_epsilon);
}

void AddTokenizer(const text::Vocabulary& vocabulary, text::TokenId end_of_text,
                  GgufMetadata& metadata) {
  std::vector<std::string> tokens;
  for (const std::string& token : vocabulary.tokens) {
    tokens.push_back(text::BytesToSymbols(token));
  }
  std::vector<int32_t> types(tokens.size(), kNormalToken);
  types[static_cast<size_t>(end_of_text)] = kControlToken;
  std::vector<std::string> merges;
  for (const auto& [left, right] : vocabulary.merges) {
    merges.push_back(tokens[static_cast<size_t>(left)] + " " +
                     tokens[static_cast<size_t>(right)]);
  }
  metadata.AddString("tokenizer.ggml.model", "gpt2");
  metadata.AddString("tokenizer.ggml.pre", "gpt-2");
  metadata.AddStrings("tokenizer.ggml.tokens", tokens);
  metadata.AddInt32s("tokenizer.ggml.token_type", types);
  metadata.AddStrings("tokenizer.ggml.merges", merges);
  const auto end = static_cast<uint32_t>(end_of_text);
  metadata.AddUint32("tokenizer.ggml.bos_token_id", end);
  metadata.AddUint32("tokenizer.ggml.eos_token_id", end);
  // A prompt begins as it is written.
  metadata.AddBool("tokenizer.ggml.add_bos_token", false);
}

// Reads numbers of a stored tensor from any place.
class NumberReader {
 public:
  explicit NumberReader(const gpt2::StoredTensor& tensor)
      : part_(tensor),
        bytes_(tensor.bytes),
        width_(tensor.bytes.size() / static_cast<size_t>(tensor.size)) {}

  // As many as `out` has places, from number `first` on.
  void Read(uint64_t first, std::span<float> out) {
    part_.size = static_cast<int64_t>(out.size());
    part_.bytes = bytes_.subspan(first * width_, out.size() * width_);
    gpt2::CopyAsFloats(part_, out);
  }

 private:
  gpt2::StoredTensor part_;
  std::span<const std::byte> bytes_;
  size_t width_;  // bytes of a number
};

// Reads rows of the tensor as it will be written, beginning with row `first`.
// rows: (count, row_length).
void ReadRows(const Conversion& conversion, uint64_t first, uint64_t count,
              NumberReader& reader, std::span<float> rows) {
  const uint64_t row_length = conversion.gguf.dimensions.front();
  if (!conversion.transposed) {
    reader.Read(first * row_length, rows);
    return;
  }
  // In tiles, so that memory is read and written in runs.
  constexpr uint64_t kTile = 16;
  const uint64_t stored_length = conversion.gguf.dimensions.back();
  std::vector<float> tile(kTile * count);
  for (uint64_t begin = 0; begin < row_length; begin += kTile) {
    const uint64_t width = std::min(kTile, row_length - begin);
    for (uint64_t i = 0; i < width; ++i) {
      reader.Read((begin + i) * stored_length + first,
                  std::span(tile).subspan(i * count, count));
    }
    for (uint64_t row = 0; row < count; ++row) {
      for (uint64_t i = 0; i < width; ++i) {
        rows[row * row_length + begin + i] = tile[i * count + row];
      }
    }
  }
}

void CheckRange(std::span<const float> values, const Conversion& conversion,
                const fs::path& directory) {
  const float largest = LargestOf(conversion.gguf.type);
  // Not `>`: NaN must not pass.
  const auto wrong = std::ranges::find_if_not(
      values, [&](float value) { return std::abs(value) <= largest; });
  if (wrong == values.end()) return;
  throw Error(
      "{} has a weight of {} in \"{}\", where {} holds numbers up to {}: the "
      "model is damaged or its training went astray, take an earlier one",
      directory.string(), *wrong, conversion.name, NameOf(conversion.gguf.type),
      largest);
}

// Writes one tensor in strips of rows; calls `written` with the bytes of each.
void WriteTensor(const Conversion& conversion, const fs::path& directory,
                 GgufWriter& writer,
                 const std::function<void(uint64_t)>& written) {
  constexpr uint64_t kStripNumbers = 1 << 18;
  const GgufTensor& tensor = conversion.gguf;
  const uint64_t row_length = tensor.dimensions.front();
  const uint64_t rows =
      tensor.dimensions.size() == 1 ? 1 : tensor.dimensions.back();
  const uint64_t strip = std::max<uint64_t>(1, kStripNumbers / row_length);
  NumberReader reader(*conversion.stored);
  std::vector<float> values;
  std::vector<std::byte> bytes;
  for (uint64_t first = 0; first < rows; first += strip) {
    const uint64_t count = std::min(strip, rows - first);
    values.resize(count * row_length);
    ReadRows(conversion, first, count, reader, values);
    CheckRange(values, conversion, directory);
    bytes.resize(BytesOf(tensor.type, values.size()));
    Encode(tensor.type, values, bytes);
    writer.Write(bytes);
    written(bytes.size());
  }
}

}  // namespace

GgufSummary ExportGguf(const fs::path& directory, GgufWeights weights,
                       const fs::path& output,
                       const base::ProgressCallback& progress) {
  const gpt2::Checkpoint checkpoint(directory);
  const gpt2::Config& config = checkpoint.config();
  // Refuses a vocabulary that is not whole, on which llama.cpp would end.
  const auto tokenizer = text::Tokenizer::Load(directory);
  config.CheckTokenizer(tokenizer.vocab_size(), directory);

  GgufMetadata metadata;
  AddModel(config, weights, base::ToValidUtf8(output.stem().string()),
           metadata);
  AddTokenizer(text::ReadVocabulary(directory), tokenizer.end_of_text(),
               metadata);
  const std::vector<Conversion> conversions =
      PlanTensors(checkpoint, tokenizer.vocab_size(), weights);

  GgufSummary summary;
  std::vector<GgufTensor> tensors;
  base::Progress done;
  for (const Conversion& conversion : conversions) {
    tensors.push_back(conversion.gguf);
    done.total += static_cast<int64_t>(conversion.gguf.bytes());
    if (weights != GgufWeights::kF16 &&
        conversion.gguf.type == GgufType::kF16) {
      summary.kept_f16.push_back(conversion.gguf.name);
    }
  }
  GgufWriter writer(output, metadata, tensors);
  for (const Conversion& conversion : conversions) {
    WriteTensor(conversion, directory, writer, [&](uint64_t bytes) {
      done.done += static_cast<int64_t>(bytes);
      if (progress) progress(done);
    });
  }
  writer.Commit();
  return summary;
}

}  // namespace artspeak::exchange
