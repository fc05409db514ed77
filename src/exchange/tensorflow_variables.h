// GPT-2's parameters as OpenAI's TensorFlow code names and shapes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exchange/tensor_bundle_index.h"
#include "gpt2/config.h"

namespace artspeak::exchange {

struct TensorflowVariable {
  std::string name;            // "model/h0/attn/c_attn/w"
  std::vector<int64_t> shape;  // a layer's matrices with a leading 1
};

// One for each of gpt2::TensorPlaces(config), in its order, with the same
// numbers in the same order.
std::vector<TensorflowVariable> TensorflowVariables(const gpt2::Config& config);

// What keeps a checkpoint from being such a model, as "it has no
// \"model/wte\""; nothing if it is one. Other variables (an optimiser's, a step
// counter) may be there.
std::optional<std::string> WhyNotModel(const BundleIndex& index,
                                       const gpt2::Config& config);

}  // namespace artspeak::exchange
