#include "gpt2/config.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;

namespace {

// Far above any GPT-2; keeps every product of dimensions within 64 bits.
constexpr int kLargestVocabulary = 1 << 24;
constexpr int kLargestContext = 1 << 20;
constexpr int kLargestWidth = 1 << 16;
constexpr int kMostLayers = 1 << 10;

// Ours alone; other programs pass over it.
constexpr const char* kMarkers = "document_markers";
constexpr const char* kLiteral = "literal";

// Hugging Face's key: programs that do not know the method say so.
constexpr const char* kQuantization = "quantization_config";

json QuantizationOf(WeightFormat format) {
  return {{"quant_method", "artspeak"}, {"weights", NameOf(format)}};
}

constexpr std::pair<WeightFormat, std::string_view> kFormatNames[] = {
    {WeightFormat::kFloat, "float"},
    {WeightFormat::kBf16, "bf16"},
    {WeightFormat::kInt8, "int8"},
    {WeightFormat::kInt4, "int4"}};

void CheckRange(const char* what, int value, int largest) {
  if (value < 1 || value > largest) {
    throw Error("a model cannot have {} = {}: choose 1 to {}", what, value,
                largest);
  }
}

// For a message: nested values are only named, since printing them recurses.
std::string Show(const json& value) {
  return value.is_structured()
             ? std::string("an ") + value.type_name()
             : value.dump(-1, ' ', true, json::error_handler_t::replace);
}

// Reads one positive integer; `fallback` names an older key for the same.
int ReadSize(const json& object, const fs::path& path, const char* key,
             const char* fallback = nullptr) {
  auto found = object.find(key);
  if (found == object.end() && fallback != nullptr) {
    found = object.find(fallback);
    key = fallback;
  }
  if (found == object.end()) {
    throw Error("{} has no \"{}\": it is not the configuration of a GPT-2",
                path.string(), key);
  }
  if (!found->is_number_integer() || *found < 1 ||
      *found > kLargestVocabulary) {
    throw Error("{} has \"{}\" = {}: it must be a whole number from 1 to {}",
                path.string(), key, Show(*found), kLargestVocabulary);
  }
  return found->get<int>();
}

// Refuses variants of the architecture whose results would silently be wrong.
void CheckVariant(const json& object, const fs::path& path, const char* key,
                  std::initializer_list<json> understood) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return;
  for (const json& value : understood) {
    if (*found == value) return;
  }
  throw Error(
      "{} asks for \"{}\" = {}, which this program does not compute: "
      "use a plain GPT-2",
      path.string(), key, Show(*found));
}

}  // namespace

std::string_view NameOf(WeightFormat format) {
  for (const auto& [known, name] : kFormatNames) {
    if (known == format) return name;
  }
  return "";
}

std::optional<WeightFormat> WeightFormatOf(std::string_view name) {
  for (const auto& [format, known] : kFormatNames) {
    if (known == name) return format;
  }
  return {};
}

int64_t Config::parameter_count() const {
  const int64_t C = width;
  const int64_t per_layer = 12 * C * C + 13 * C;
  return (int64_t{vocab_size} + context) * C + layers * per_layer + 2 * C;
}

void Config::Validate() const {
  CheckRange("a vocabulary", vocab_size, kLargestVocabulary);
  CheckRange("a context", context, kLargestContext);
  CheckRange("layers", layers, kMostLayers);
  CheckRange("a width", width, kLargestWidth);
  CheckRange("heads", heads, width);
  if (width % heads != 0) {
    throw Error(
        "a model {} wide cannot have {} heads: the width must be a "
        "multiple of the heads",
        width, heads);
  }
  if (!(layer_norm_epsilon > 0) || layer_norm_epsilon > 1) {
    throw Error(
        "a model cannot have a layer norm epsilon of {}: it must lie "
        "above 0 and at most at 1",
        layer_norm_epsilon);
  }
}

void Config::CheckTokenizer(int64_t tokens, const fs::path& directory) const {
  if (tokens <= vocab_size) return;
  throw Error(
      "{} holds a tokenizer of {} tokens and a model of {}: put the tokenizer "
      "there that the model was trained with",
      directory.string(), tokens, vocab_size);
}

Config Config::Load(const fs::path& directory) {
  const fs::path path = directory / "config.json";
  if (!fs::exists(path)) {
    throw Error("{} has no config.json: give the folder of a model",
                directory.string());
  }
  const json object = json::parse(base::ReadFile(path), nullptr, false);
  if (!object.is_object()) {
    throw Error("{} is not a JSON object: the file is damaged, copy it again",
                path.string());
  }
  CheckVariant(object, path, "model_type", {"gpt2"});
  CheckVariant(object, path, "activation_function",
               {"gelu_new", "gelu_pytorch_tanh"});
  CheckVariant(object, path, "scale_attn_weights", {true});
  CheckVariant(object, path, "scale_attn_by_inverse_layer_idx", {false});
  CheckVariant(object, path, "tie_word_embeddings", {true});

  Config config;
  config.vocab_size = ReadSize(object, path, "vocab_size");
  config.context = ReadSize(object, path, "n_positions", "n_ctx");
  config.layers = ReadSize(object, path, "n_layer");
  config.width = ReadSize(object, path, "n_embd");
  config.heads = ReadSize(object, path, "n_head");
  // What stands there is passed on, not used: another kind of value is none.
  if (const auto end = object.find("eos_token_id");
      end != object.end() && end->is_number_unsigned() &&
      *end < config.vocab_size - 1) {
    config.end_of_text = end->get<int>();
  }
  CheckVariant(object, path, kMarkers, {kLiteral});
  config.literal_markers = object.value(kMarkers, json()) == kLiteral;
  if (const auto found = object.find(kQuantization);
      found != object.end() && !found->is_null()) {
    for (const auto& [format, name] : kFormatNames) {
      if (format != WeightFormat::kFloat && *found == QuantizationOf(format)) {
        config.weights = format;
      }
    }
    if (config.weights == WeightFormat::kFloat) {
      throw Error(
          "{} says that the weights are quantised in a way that this program "
          "does not know: use the model as it was before",
          path.string());
    }
  }
  CheckVariant(object, path, "n_inner", {4 * int64_t{config.width}});
  if (const auto epsilon = object.find("layer_norm_epsilon");
      epsilon != object.end()) {
    if (!epsilon->is_number()) {
      throw Error("{} has a \"layer_norm_epsilon\" that is not a number",
                  path.string());
    }
    config.layer_norm_epsilon = epsilon->get<float>();
  }
  try {
    config.Validate();
  } catch (const Error& error) {
    throw Error("{}: {}", path.string(), error.what());
  }
  return config;
}

void Config::Save(const fs::path& directory) const {
  nlohmann::ordered_json object;
  object["architectures"] = {"GPT2LMHeadModel"};
  object["model_type"] = "gpt2";
  object["activation_function"] = "gelu_new";
  object["n_layer"] = layers;
  object["n_embd"] = width;
  object["n_head"] = heads;
  object["n_positions"] = context;
  object["n_ctx"] = context;
  object["vocab_size"] = vocab_size;
  // The shortest number that reads back as this float: 1e-05.
  object["layer_norm_epsilon"] =
      json::parse(fmt::format("{}", layer_norm_epsilon));
  const int end = end_of_text < 0 ? vocab_size - 1 : end_of_text;
  object["bos_token_id"] = end;
  object["eos_token_id"] = end;
  object["initializer_range"] = 0.02;
  object["tie_word_embeddings"] = true;
  if (literal_markers) object[kMarkers] = kLiteral;
  if (weights != WeightFormat::kFloat) {
    object[kQuantization] = QuantizationOf(weights);
  }
  base::WriteFileAtomically(directory / "config.json", object.dump(2) + "\n");
}

}  // namespace artspeak::gpt2
