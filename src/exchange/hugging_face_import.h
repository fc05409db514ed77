// A model directory from elsewhere becomes one of ours.
#pragma once

#include <filesystem>

#include "base/progress.h"

namespace artspeak::exchange {

// Reads a GPT-2 in Hugging Face's layout (one file or shards, with or without
// the prefix "transformer.", whatever other tensors beside it) and writes it to
// `output` as config.json, one model.safetensors with our names and the stored
// numbers, fp32 or 16 bits, vocab.json and merges.txt. Tensors are copied from
// map to file; progress counts their bytes. config.json comes last: a folder
// that was left half written is no model. Throws Error, naming the file, when
// something is missing, damaged, or not a GPT-2.
void ImportHuggingFace(const std::filesystem::path& source,
                       const std::filesystem::path& output,
                       const base::ProgressCallback& progress);

}  // namespace artspeak::exchange
