// A model and the tokenizer that belongs to it, ready to write.
#pragma once

#include <filesystem>
#include <memory>

#include "gpt2/kv_format.h"
#include "gpt2/model.h"
#include "text/tokenizer.h"

namespace artspeak::decode {

// For rooms that know decode alone.
using gpt2::KvFormat;

// Both are immutable and shared; a copy is cheap. The model may have more rows
// than the tokenizer has tokens (padding): those are never drawn.
struct LoadedModel {
  std::shared_ptr<const gpt2::Model> model;
  std::shared_ptr<const text::Tokenizer> tokenizer;

  // Reads both from a model directory. Throws Error if a file is missing or
  // damaged, or if the tokenizer has tokens that the model does not know.
  static LoadedModel Load(const std::filesystem::path& directory);
  // Packs weights that are stored as floats (gpt2::Model::Load).
  static LoadedModel Load(const std::filesystem::path& directory,
                          gpt2::WeightFormat weights, base::ThreadPool& pool);
};

}  // namespace artspeak::decode
