#include "gpt2/gradient_sink.h"

namespace artspeak::gpt2 {

GradientGroups::GradientGroups(const Config& config) {
  const std::vector<TensorPlace> places = TensorPlaces(config);
  auto next = places.begin();
  const auto take = [&](size_t tensors) {
    GradientGroup group = {.offset = next->offset};
    for (size_t i = 0; i < tensors; ++i) group.size += next++->size;
    return group;
  };
  embeddings = take(kEmbeddingTensors);
  for (int layer = 0; layer < config.layers; ++layer) {
    layers.push_back(take(kLayerTensors));
  }
  final_norm = take(kFinalNormTensors);
}

std::vector<GradientGroup> GradientGroups::InOrder() const {
  std::vector<GradientGroup> groups = {final_norm};
  groups.insert(groups.end(), layers.rbegin(), layers.rend());
  groups.push_back(embeddings);
  return groups;
}

std::vector<float*> TensorsOf(const GradientGroup& group,
                              std::span<const TensorPlace> places,
                              float* memory) {
  std::vector<float*> tensors;
  for (const TensorPlace& place : places) {
    const int64_t at = place.offset - group.offset;
    if (at < 0 || at >= group.size) continue;
    tensors.push_back(memory != nullptr ? memory + at : nullptr);
  }
  return tensors;
}

}  // namespace artspeak::gpt2
