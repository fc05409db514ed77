// Where each tensor of a model lies in memory.
#pragma once

#include <vector>

namespace artspeak::gpt2 {

// Pointers to one layer's tensors, named and shaped as in Hugging Face's
// files; matrices are (in, out), row-major. C is the model's width.
template <typename Float>
struct LayerTensors {
  Float* ln_1_weight = nullptr;       // (C)
  Float* ln_1_bias = nullptr;         // (C)
  Float* attn_weight = nullptr;       // (C, 3C): query, key, value
  Float* attn_bias = nullptr;         // (3C)
  Float* attn_proj_weight = nullptr;  // (C, C)
  Float* attn_proj_bias = nullptr;    // (C)
  Float* ln_2_weight = nullptr;       // (C)
  Float* ln_2_bias = nullptr;         // (C)
  Float* fc_weight = nullptr;         // (C, 4C)
  Float* fc_bias = nullptr;           // (4C)
  Float* fc_proj_weight = nullptr;    // (4C, C)
  Float* fc_proj_bias = nullptr;      // (C)
};

// Pointers to all tensors; whoever made them keeps the memory alive.
template <typename Float>
struct Tensors {
  Float* wte = nullptr;  // (V, C): token embedding, and tied to it the head
  Float* wpe = nullptr;  // (context, C): position embedding
  std::vector<LayerTensors<Float>> layers;
  Float* ln_f_weight = nullptr;  // (C)
  Float* ln_f_bias = nullptr;    // (C)
};

using Weights = Tensors<const float>;
using Gradients = Tensors<float>;

}  // namespace artspeak::gpt2
