// A model directory becomes one GGUF file, which llama.cpp and the programs
// built on it run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"

namespace artspeak::exchange {

// How the matrices are stored. Layer norms, biases and the position embedding
// are small and always fp32.
enum class GgufWeights {
  kF16,   // 2 bytes a number
  kQ8_0,  // 8 bits a number and 16 for each 32 of a row
  kQ4_0,  // 4 bits and 16 likewise
};

struct GgufSummary {
  // Matrices that stayed F16 though blocks were asked for, by llama.cpp's names:
  // their rows are no multiple of 32 numbers.
  std::vector<std::string> kept_f16;
};

// Writes the model in `directory` and its tokenizer to `output`, atomically;
// in memory is a strip of one tensor at a time. Rows of the token embedding
// beyond the tokenizer's tokens are left out: this program never draws them,
// and llama.cpp would. Progress counts bytes of tensors. Throws Error when a
// file is missing or damaged, when model and tokenizer do not belong together,
// when a weight is too large for its type or no number, or when `output`
// cannot be written.
GgufSummary ExportGguf(const std::filesystem::path& directory,
                       GgufWeights weights, const std::filesystem::path& output,
                       const base::ProgressCallback& progress);

}  // namespace artspeak::exchange
