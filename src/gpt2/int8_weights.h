// A model's matrices in 8 bits: made, stored, and found again.
//
// A layer norm's gains differ widely from channel to channel, and so would the
// numbers that the product behind it rounds. They are moved into its weights:
// row k of the matrix is multiplied by a factor f_k = |gain_k|, gain and bias
// of the norm are divided by it. The function stays what it was. The embedding,
// which serves as the head behind the last norm, keeps its factors beside it.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "gpt2/config.h"
#include "gpt2/parameters.h"
#include "nn/int8_matrix.h"

namespace artspeak::gpt2 {

struct Int8Layer {
  nn::Int8Matrix attn, attn_proj, fc, fc_proj;
};

// Views; whoever made them keeps the memory alive.
struct Int8Weights {
  nn::Int8Matrix head;  // (C, V): the token embedding times factors
  const float* head_factors = nullptr;  // (C)
  std::vector<Int8Layer> layers;
};

inline constexpr const char* kHeadFactors = "wte.factors";

// The matrix that a tensor becomes, without its bytes; nothing for vectors and
// the position embedding, which stay floats.
std::optional<nn::Int8Matrix> Int8ShapeOf(const TensorPlace& place);

// Writes the model in `source` with 8-bit weights to `output`: config.json and
// model.safetensors (docs/formats.md, "8-bit weights"), one tensor in memory at
// a time. Progress counts parameters. Throws Error.
void QuantizeInt8(const std::filesystem::path& source,
                  const std::filesystem::path& output,
                  const base::ProgressCallback& progress);

}  // namespace artspeak::gpt2
