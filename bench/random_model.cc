#include "bench/random_model.h"

#include <fmt/core.h>

#include <charconv>
#include <map>

#include "base/error.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "exchange/gguf_export.h"
#include "gpt2/model_directory.h"
#include "gpt2/parameters.h"
#include "gpt2/weight_packer.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace artspeak::bench {

namespace fs = std::filesystem;
using base::Error;

namespace {

const std::map<std::string, std::string> kSizes = {
    {"124M", "12x768x12"}, {"355M", "24x1024x16"}, {"774M", "36x1280x20"}};

const std::map<std::string, exchange::GgufWeights> kGgufFormats = {
    {"q8_0", exchange::GgufWeights::kQ8_0},
    {"q4_0", exchange::GgufWeights::kQ4_0},
};

template <typename Value>
const Value& Format(const std::map<std::string, Value>& formats,
                    const std::string& name) {
  const auto it = formats.find(name);
  if (it != formats.end()) return it->second;
  std::string known;
  for (const auto& [format, value] : formats) known += " " + format;
  throw Error("there are no weights \"{}\" here: choose one of{}", name, known);
}

// 256 bytes; every pair of letters; pairs with a letter more, as many as fit.
text::Tokenizer MadeUpTokenizer(int vocab_size) {
  text::Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.tokens.emplace_back(1, static_cast<char>(byte));
  }
  std::vector<text::TokenId> letters;
  for (char letter = 'A'; letter <= 'Z'; ++letter) letters.push_back(letter);
  for (char letter = 'a'; letter <= 'z'; ++letter) letters.push_back(letter);
  std::vector<text::TokenId> stems = letters;
  while (static_cast<int>(vocabulary.tokens.size()) < vocab_size - 1) {
    std::vector<text::TokenId> longer;
    for (const text::TokenId stem : stems) {
      for (const text::TokenId letter : letters) {
        if (static_cast<int>(vocabulary.tokens.size()) == vocab_size - 1) break;
        longer.push_back(static_cast<text::TokenId>(vocabulary.tokens.size()));
        vocabulary.merges.emplace_back(stem, letter);
        vocabulary.tokens.push_back(vocabulary.tokens[stem] +
                                    vocabulary.tokens[letter]);
      }
    }
    stems = longer;
  }
  vocabulary.tokens.emplace_back(text::kEndOfText);
  return text::Tokenizer(vocabulary);
}

void Make(const gpt2::Config& config, const fs::path& directory) {
  constexpr float kPeaked = 4;  // logits of deviation 2 to 3
  gpt2::Parameters parameters = gpt2::InitialParameters(config, 1);
  // The token embedding, which is the head too.
  for (float& value : parameters.values(parameters.tensors().front())) {
    value *= kPeaked;
  }
  MadeUpTokenizer(config.vocab_size).Save(directory);
  gpt2::SaveModel(directory, config, parameters);
}

}  // namespace

std::optional<gpt2::Config> ParseShape(const std::string& name) {
  const auto size = kSizes.find(name);
  const std::string& shape = size != kSizes.end() ? size->second : name;
  gpt2::Config config;
  const char* at = shape.data();
  const char* end = at + shape.size();
  for (int* field : {&config.layers, &config.width, &config.heads}) {
    if (field != &config.layers && (at == end || *at++ != 'x')) return {};
    const auto [rest, fault] = std::from_chars(at, end, *field);
    if (fault != std::errc()) return {};
    at = rest;
  }
  if (at != end) return {};
  config.Validate();
  return config;
}

RandomModel::RandomModel(const std::string& shape, const fs::path& folder)
    : folder_(folder / shape) {
  const auto config = ParseShape(shape);
  if (!config) {
    throw base::UsageError(
        "\"{}\" is no shape: give 124M, 355M, 774M, or layers, width and heads "
        "as 2x64x2",
        shape);
  }
  config_ = *config;
}

fs::path RandomModel::Directory(const std::string& weights) const {
  const fs::path directory = folder_ / weights;  // config.json comes last
  if (weights == "float") {
    if (!fs::exists(directory / "config.json")) {
      fmt::print(stderr, "making {}\n", directory.string());
      Make(config_, directory);
    }
    return directory;
  }
  const auto format = gpt2::WeightFormatOf(weights);
  if (!format) {
    throw Error("there are no weights \"{}\": choose float, bf16, int8 or int4",
                weights);
  }
  const fs::path source = Directory("float");
  if (!fs::exists(directory / "config.json")) {
    fmt::print(stderr, "making {}\n", directory.string());
    text::Tokenizer::Load(source).Save(directory);
    base::ThreadPool pool;
    gpt2::Quantize(source, directory, *format, pool, {});
  }
  return directory;
}

fs::path RandomModel::Gguf(const std::string& weights) const {
  const exchange::GgufWeights format = Format(kGgufFormats, weights);
  const fs::path file = folder_ / (weights + ".gguf");
  if (!fs::exists(file)) {
    const fs::path source = Directory("float");
    fmt::print(stderr, "making {}\n", file.string());
    exchange::ExportGguf(source, format, file, [](const base::Progress&) {});
  }
  return file;
}

}  // namespace artspeak::bench
