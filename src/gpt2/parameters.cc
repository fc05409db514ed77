#include "gpt2/parameters.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/random.h"

namespace artspeak::gpt2 {

std::vector<TensorPlace> TensorPlaces(const Config& config) {
  const int64_t C = config.width;
  std::vector<TensorPlace> places;
  int64_t offset = 0;
  const auto add = [&](std::string name, std::vector<int64_t> shape) {
    int64_t size = 1;
    for (const int64_t dimension : shape) size *= dimension;
    places.push_back({std::move(name), std::move(shape), offset, size});
    offset += size;
  };
  add("wte.weight", {config.vocab_size, C});
  add("wpe.weight", {config.context, C});
  for (int layer = 0; layer < config.layers; ++layer) {
    const std::string h = "h." + std::to_string(layer) + ".";
    add(h + "ln_1.weight", {C});
    add(h + "ln_1.bias", {C});
    add(h + "attn.c_attn.weight", {C, 3 * C});
    add(h + "attn.c_attn.bias", {3 * C});
    add(h + "attn.c_proj.weight", {C, C});
    add(h + "attn.c_proj.bias", {C});
    add(h + "ln_2.weight", {C});
    add(h + "ln_2.bias", {C});
    add(h + "mlp.c_fc.weight", {C, 4 * C});
    add(h + "mlp.c_fc.bias", {4 * C});
    add(h + "mlp.c_proj.weight", {4 * C, C});
    add(h + "mlp.c_proj.bias", {C});
  }
  add("ln_f.weight", {C});
  add("ln_f.bias", {C});
  return places;
}

template <typename Float>
LayerTensors<Float> ArrangeLayer(std::span<Float* const> pointers) {
  assert(pointers.size() == kLayerTensors);
  auto next = pointers.begin();
  LayerTensors<Float> layer;
  for (Float** field :
       {&layer.ln_1_weight, &layer.ln_1_bias, &layer.attn_weight,
        &layer.attn_bias, &layer.attn_proj_weight, &layer.attn_proj_bias,
        &layer.ln_2_weight, &layer.ln_2_bias, &layer.fc_weight, &layer.fc_bias,
        &layer.fc_proj_weight, &layer.fc_proj_bias}) {
    *field = *next++;
  }
  return layer;
}

template <typename Float>
Tensors<Float> ArrangeTensors(const Config& config,
                              std::span<Float* const> pointers) {
  const auto layers = static_cast<size_t>(config.layers);
  assert(pointers.size() ==
         kEmbeddingTensors + layers * kLayerTensors + kFinalNormTensors);
  Tensors<Float> tensors;
  tensors.wte = pointers[0];
  tensors.wpe = pointers[1];
  for (size_t layer = 0; layer < layers; ++layer) {
    tensors.layers.push_back(ArrangeLayer(pointers.subspan(
        kEmbeddingTensors + layer * kLayerTensors, kLayerTensors)));
  }
  const auto final_norm = pointers.last(kFinalNormTensors);
  tensors.ln_f_weight = final_norm[0];
  tensors.ln_f_bias = final_norm[1];
  return tensors;
}

template LayerTensors<float> ArrangeLayer(std::span<float* const>);
template LayerTensors<const float> ArrangeLayer(std::span<const float* const>);
template Tensors<float> ArrangeTensors(const Config&, std::span<float* const>);
template Tensors<const float> ArrangeTensors(const Config&,
                                             std::span<const float* const>);

Parameters::Parameters(const Config& config)
    : config_(config),
      tensors_(TensorPlaces(config)),
      buffer_(config.parameter_count()) {}

Weights Parameters::weights() const {
  std::vector<const float*> pointers;
  for (const Tensor& tensor : tensors_) {
    pointers.push_back(buffer_.data() + tensor.offset);
  }
  return ArrangeTensors<const float>(config_, pointers);
}

Gradients Parameters::gradients() {
  std::vector<float*> pointers;
  for (const Tensor& tensor : tensors_) {
    pointers.push_back(buffer_.data() + tensor.offset);
  }
  return ArrangeTensors<float>(config_, pointers);
}

Parameters InitialParameters(const Config& config, uint64_t seed) {
  config.Validate();
  Parameters parameters(config);
  const float deviation = 0.02f;
  const float residual_deviation =
      deviation / std::sqrt(2.0f * static_cast<float>(config.layers));
  // Far from the low streams, which training draws from the same seed.
  uint64_t stream = uint64_t{1} << 32;
  for (const Parameters::Tensor& tensor : parameters.tensors()) {
    // A stream each, so that a tensor does not depend on the others' sizes.
    base::RandomStream random(seed, stream++);
    const std::span<float> values = parameters.values(tensor);
    if (tensor.shape.size() == 2) {
      const float scale = tensor.name.ends_with("c_proj.weight")
                              ? residual_deviation
                              : deviation;
      for (float& value : values) {
        value = scale * static_cast<float>(random.Normal());
      }
    } else if (tensor.name.find("ln_") != std::string::npos &&
               tensor.name.ends_with(".weight")) {
      std::ranges::fill(values, 1.0f);
    }
  }
  return parameters;
}

}  // namespace artspeak::gpt2
