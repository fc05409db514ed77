// The shape of a GPT-2 model, and its config.json (Hugging Face keys).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace artspeak::gpt2 {

// How the matrices are stored. Packed (packed_weights.h), all but kFloat, they
// serve to write with, not to train.
enum class WeightFormat { kFloat, kBf16, kInt8, kInt4 };

// "float", "bf16", "int8", "int4".
std::string_view NameOf(WeightFormat format);
std::optional<WeightFormat> WeightFormatOf(std::string_view name);

// Dimensions of a model and what it takes its text to be; the defaults are
// GPT-2's 124M.
struct Config {
  int vocab_size = 50257;
  int context = 1024;  // tokens the model can see at once
  int layers = 12;
  int width = 768;  // numbers per token; a multiple of heads
  int heads = 12;
  float layer_norm_epsilon = 1e-5f;
  // How the model was taught where documents begin and end: false by the token
  // that ends each, as GPT-2; true by the characters "<|startoftext|>" and
  // "<|endoftext|>\n" around each, as gpt-2-simple trains.
  bool literal_markers = false;
  WeightFormat weights = WeightFormat::kFloat;
  // The id of <|endoftext|> for other programs; ours ask the tokenizer.
  // Negative: the last one, as in GPT-2 and in vocabularies trained here.
  int end_of_text = -1;

  int head_width() const { return width / heads; }
  int64_t parameter_count() const;

  // Throws Error, saying which dimension cannot be, when the shape is not that
  // of a model.
  void Validate() const;

  // Throws Error when the tokenizer in `directory`, of so many tokens, has some
  // that the model does not know. The model may know more: padding.
  void CheckTokenizer(int64_t tokens,
                      const std::filesystem::path& directory) const;

  // Reads `directory`/config.json. Throws Error when it is missing, is not the
  // configuration of a GPT-2, or does not validate.
  static Config Load(const std::filesystem::path& directory);
  // Writes `directory`/config.json atomically.
  void Save(const std::filesystem::path& directory) const;

  bool operator==(const Config&) const = default;
};

}  // namespace artspeak::gpt2
