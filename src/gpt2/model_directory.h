// A model as a folder in Hugging Face's layout: config.json and
// model.safetensors (and, written by others, the tokenizer's files).
#pragma once

#include <filesystem>

#include "gpt2/config.h"
#include "gpt2/parameters.h"

namespace artspeak::gpt2 {

// Reads config.json and copies every tensor of model.safetensors to fp32.
// Throws Error when a file is missing, damaged, or they disagree.
Parameters LoadParameters(const std::filesystem::path& directory);

// Writes config.json and model.safetensors, each atomically, into `directory`,
// which is made if need be.
void SaveModel(const std::filesystem::path& directory, const Config& config,
               const Parameters& parameters);

}  // namespace artspeak::gpt2
