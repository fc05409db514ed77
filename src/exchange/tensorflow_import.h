// From a TensorFlow checkpoint of GPT-2 to a model directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/progress.h"

namespace artspeak::exchange {

// What was imported.
struct TensorflowImport {
  std::filesystem::path prefix;  // of the checkpoint's files
  std::optional<int64_t> step;   // where gpt-2-simple had come
  bool literal_markers = false;  // see gpt2/config.h
};

// Writes the model that FindTensorflowCheckpoint (tensorflow_checkpoint.h)
// finds at `source`, with encoder.json and vocab.bpe beside it, to the folder
// `output`: the tensors straight from the map, none but one at a time in
// memory, and config.json last, so that an import that broke off is no model.
// Progress counts bytes. Throws Error when something is missing, damaged or not
// GPT-2, or when `output` holds a model already.
TensorflowImport ImportTensorflow(const std::filesystem::path& source,
                                  const std::filesystem::path& output,
                                  const base::ProgressCallback& progress = {});

}  // namespace artspeak::exchange
