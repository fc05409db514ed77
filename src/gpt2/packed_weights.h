// A model's matrices in 16, 8 or 4 bits, as they are stored and found again
// (docs/formats.md, "Packed weights").
//
// A layer norm's gains differ widely from channel to channel, and so would the
// numbers that the product behind it rounds. They are moved into its weights:
// row k of the matrix is multiplied by a factor f_k = |gain_k|, gain and bias
// of the norm are divided by it. The function stays what it was. The embedding,
// which serves as the head behind the last norm, keeps its factors beside it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpt2/config.h"
#include "gpt2/parameters.h"
#include "nn/packed_matrix.h"

namespace artspeak::gpt2 {

struct PackedLayer {
  nn::PackedMatrix attn, attn_proj, fc, fc_proj;
};

// Views; whoever made them keeps the memory alive.
struct PackedWeights {
  nn::PackedMatrix head;  // (C, V): the token embedding times factors
  const float* head_factors = nullptr;  // (C)
  std::vector<PackedLayer> layers;
};

inline constexpr const char* kHeadFactors = "wte.factors";

// The matrix that a tensor becomes, without its bytes; nothing for vectors and
// the position embedding, which stay floats, and for weights that are floats.
// Beside weights in 4 bits the embedding takes 8: every logit depends on it,
// and every token.
std::optional<nn::PackedMatrix> PackedShapeOf(const TensorPlace& place,
                                              WeightFormat format);

// The norm whose numbers a matrix multiplies, as "h.0.ln_1"; "" where none
// stands before it.
std::string NormBefore(const std::string& tensor);

}  // namespace artspeak::gpt2
