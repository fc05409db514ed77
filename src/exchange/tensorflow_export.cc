#include "exchange/tensorflow_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "exchange/tensor_bundle_writer.h"
#include "exchange/tensorflow_variables.h"
#include "gpt2/checkpoint.h"
#include "gpt2/config.h"
#include "text/byte_symbols.h"
#include "text/vocabulary.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;

namespace {

// A model does not know its step; gpt-2-simple counts on from here.
constexpr int kStep = 1;

// What OpenAI's code computes with, whatever a checkpoint says.
constexpr float kEpsilon = 1e-5f;

text::Vocabulary ReadVocabularyOf(const fs::path& model,
                                  const gpt2::Config& config) {
  text::Vocabulary vocabulary = text::ReadVocabulary(model);
  config.CheckTokenizer(static_cast<int64_t>(vocabulary.tokens.size()), model);
  return vocabulary;
}

struct Outgoing {
  TensorflowVariable variable;
  const gpt2::StoredTensor* stored;
};

// By name: the order in which TensorFlow lays them out.
std::vector<Outgoing> SortedByName(const gpt2::Checkpoint& checkpoint) {
  std::vector<Outgoing> tensors;
  auto stored = checkpoint.tensors().begin();
  for (TensorflowVariable& variable :
       TensorflowVariables(checkpoint.config())) {
    tensors.push_back({std::move(variable), *stored++});
  }
  std::ranges::sort(tensors, {}, [](const Outgoing& tensor) {
    return std::string_view(tensor.variable.name);
  });
  return tensors;
}

void WriteTensors(const gpt2::Checkpoint& checkpoint, const fs::path& prefix,
                  const base::ProgressCallback& progress) {
  const int64_t total =
      checkpoint.config().parameter_count() * int64_t{sizeof(float)};
  int64_t done = 0;
  TensorBundleWriter writer(prefix);
  for (const auto& [variable, stored] : SortedByName(checkpoint)) {
    if (stored->dtype == "F32") {
      writer.Add(variable.name, variable.shape, stored->bytes);
    } else {
      std::vector<float> values(static_cast<size_t>(stored->size));
      gpt2::CopyAsFloats(*stored, values);
      writer.Add(variable.name, variable.shape,
                 std::as_bytes(std::span(values)));
    }
    done += stored->size * int64_t{sizeof(float)};
    if (progress) progress({.done = done, .total = total, .note = ""});
  }
  writer.Commit();
}

void WriteHparams(const gpt2::Config& config, const fs::path& path) {
  nlohmann::ordered_json object;
  object["n_vocab"] = config.vocab_size;
  object["n_ctx"] = config.context;
  object["n_embd"] = config.width;
  object["n_head"] = config.heads;
  object["n_layer"] = config.layers;
  base::WriteFileAtomically(path, object.dump() + "\n");
}

// In ASCII, as OpenAI's: gpt-2-simple opens it in the system's encoding.
void WriteEncoder(const text::Vocabulary& vocabulary, const fs::path& path) {
  std::string ids;
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const nlohmann::json symbols = text::BytesToSymbols(vocabulary.tokens[id]);
    ids += id == 0 ? "{" : ", ";
    ids += symbols.dump(-1, ' ', true) + ": " + std::to_string(id);
  }
  base::WriteFileAtomically(path, ids + "}");
}

// With the version line: gpt-2-simple drops the first whatever it holds.
void WriteMerges(const text::Vocabulary& vocabulary, const fs::path& path) {
  std::string merges = "#version: 0.2\n";
  for (const auto& [left, right] : vocabulary.merges) {
    merges +=
        text::BytesToSymbols(vocabulary.tokens[static_cast<size_t>(left)]) +
        " " +
        text::BytesToSymbols(vocabulary.tokens[static_cast<size_t>(right)]) +
        "\n";
  }
  base::WriteFileAtomically(path, merges);
}

}  // namespace

void ExportTensorflow(const fs::path& model, const fs::path& output,
                      const base::ProgressCallback& progress) {
  std::error_code ignored;
  if (fs::exists(output / "checkpoint", ignored)) {
    throw Error("{} holds a TensorFlow checkpoint already: name a new folder",
                output.string());
  }
  const gpt2::Checkpoint checkpoint(model);
  const gpt2::Config& config = checkpoint.config();
  if (config.layer_norm_epsilon != kEpsilon) {
    throw Error(
        "{} has a layer norm epsilon of {}, and TensorFlow's GPT-2 computes "
        "with {} alone: it cannot be exported",
        model.string(), config.layer_norm_epsilon, kEpsilon);
  }
  const text::Vocabulary vocabulary = ReadVocabularyOf(model, config);
  const std::string name = fmt::format("model-{}", kStep);
  base::MakeDirectories(output);
  WriteTensors(checkpoint, output / name, progress);
  WriteHparams(config, output / "hparams.json");
  WriteEncoder(vocabulary, output / "encoder.json");
  WriteMerges(vocabulary, output / "vocab.bpe");
  base::WriteFileAtomically(output / "counter", fmt::format("{}\n", kStep));
  base::WriteFileAtomically(output / "checkpoint",
                            fmt::format("model_checkpoint_path: \"{0}\"\n"
                                        "all_model_checkpoint_paths: \"{0}\"\n",
                                        name));
}

}  // namespace artspeak::exchange
