#include "exchange/tensorflow_import.h"

#include <cstdint>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "exchange/tensor_bundle_reader.h"
#include "exchange/tensorflow_checkpoint.h"
#include "exchange/tensorflow_variables.h"
#include "gpt2/config.h"
#include "gpt2/parameters.h"
#include "gpt2/safetensors_writer.h"
#include "text/tokenizer.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;

namespace {

text::Tokenizer LoadTokenizer(const fs::path& directory,
                              const gpt2::Config& config) {
  text::Tokenizer tokenizer = text::Tokenizer::Load(directory);
  config.CheckTokenizer(tokenizer.vocab_size(), directory);
  return tokenizer;
}

void WriteTensors(const TensorBundleReader& bundle, const gpt2::Config& config,
                  const fs::path& path,
                  const base::ProgressCallback& progress) {
  std::vector<gpt2::TensorHeading> headings;
  for (const gpt2::TensorPlace& place : gpt2::TensorPlaces(config)) {
    headings.push_back({place.name, "F32", place.shape});
  }
  gpt2::SafetensorsWriter writer(path, headings);
  const int64_t total = config.parameter_count() * int64_t{sizeof(float)};
  int64_t done = 0;
  for (const TensorflowVariable& variable : TensorflowVariables(config)) {
    const auto bytes = bundle.Read(variable.name);
    writer.Write(bytes);
    done += static_cast<int64_t>(bytes.size());
    if (progress) progress({.done = done, .total = total, .note = ""});
  }
  writer.Commit();
}

}  // namespace

TensorflowImport ImportTensorflow(const fs::path& source,
                                  const fs::path& output,
                                  const base::ProgressCallback& progress) {
  std::error_code ignored;
  if (fs::exists(output / "config.json", ignored)) {
    throw Error("{} holds a model already: name a new folder", output.string());
  }
  const TensorflowCheckpoint checkpoint = FindTensorflowCheckpoint(source);
  const TensorBundleReader bundle(checkpoint.prefix);
  gpt2::Config config = ReadTensorflowConfig(checkpoint, bundle.index());
  config.literal_markers = checkpoint.is_run;
  if (const auto fault = WhyNotModel(bundle.index(), config)) {
    throw Error(
        "{} is not the GPT-2 that its hparams.json describes: {}; copy both "
        "again from one model",
        IndexPath(checkpoint.prefix).string(), *fault);
  }
  const text::Tokenizer tokenizer =
      LoadTokenizer(checkpoint.directory(), config);
  base::MakeDirectories(output);
  WriteTensors(bundle, config, output / "model.safetensors", progress);
  tokenizer.Save(output);
  config.Save(output);
  return {checkpoint.prefix, checkpoint.step, config.literal_markers};
}

}  // namespace artspeak::exchange
