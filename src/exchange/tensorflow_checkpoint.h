// Finds GPT-2 in what TensorFlow programs leave: OpenAI's model folders and
// gpt-2-simple's run folders.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "exchange/tensor_bundle_index.h"
#include "gpt2/config.h"

namespace artspeak::exchange {

struct TensorflowCheckpoint {
  std::filesystem::path prefix;  // PREFIX.index and PREFIX.data-… are its files
  std::optional<int64_t> step = {};  // N of gpt-2-simple's "model-N"
  bool is_run = false;               // trained by gpt-2-simple

  // Where hparams.json and the tokenizer lie.
  std::filesystem::path directory() const {
    return prefix.has_parent_path() ? prefix.parent_path() : ".";
  }
};

// Whether there is a TensorFlow checkpoint at `source`: a folder with a file
// named "checkpoint" or ending in ".index", an .index file, or a prefix. Never
// throws.
bool IsTensorflowCheckpoint(const std::filesystem::path& source);

// Of a folder: the checkpoint that its file "checkpoint" names, else the only
// one, else that of the highest step. Throws Error when there is none, or no
// way to tell which.
TensorflowCheckpoint FindTensorflowCheckpoint(
    const std::filesystem::path& source);

// The model's dimensions from hparams.json; if that is missing, those of
// GPT-2's size whose shapes the checkpoint has. Throws Error when neither
// tells. The config validates; whether the checkpoint has that model is not
// checked where hparams.json tells.
gpt2::Config ReadTensorflowConfig(const TensorflowCheckpoint& checkpoint,
                                  const BundleIndex& index);

}  // namespace artspeak::exchange
