// All parameters of a model in one buffer, as training needs them; gradients
// and optimiser moments have the same form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gpt2/config.h"
#include "gpt2/tensors.h"
#include "nn/buffer.h"

namespace artspeak::gpt2 {

// A named place in the flat buffer.
struct TensorPlace {
  std::string name;            // Hugging Face's, without "transformer."
  std::vector<int64_t> shape;  // row-major
  int64_t offset = 0;          // in numbers, from the start of the buffer
  int64_t size = 0;            // product of the shape
};

// The tensors of a model, in the order in which they lie in the flat buffer
// and in the files.
std::vector<TensorPlace> TensorPlaces(const Config& config);

// How many of them are wte and wpe, one layer's, and the final norm's.
inline constexpr size_t kEmbeddingTensors = 2;
inline constexpr size_t kLayerTensors = 12;
inline constexpr size_t kFinalNormTensors = 2;

// Points the fields at `pointers`, given in the order of TensorPlaces.
template <typename Float>
Tensors<Float> ArrangeTensors(const Config& config,
                              std::span<Float* const> pointers);

// The same for those of one layer.
template <typename Float>
LayerTensors<Float> ArrangeLayer(std::span<Float* const> pointers);

// One flat fp32 buffer, all zero at first. A copy copies the numbers. Not
// thread-safe while written.
class Parameters {
 public:
  using Tensor = TensorPlace;

  explicit Parameters(const Config& config);

  const Config& config() const { return config_; }
  std::span<float> flat() { return buffer_.span(); }
  std::span<const float> flat() const { return buffer_.span(); }
  const std::vector<Tensor>& tensors() const { return tensors_; }

  std::span<float> values(const Tensor& tensor) {
    return flat().subspan(static_cast<size_t>(tensor.offset),
                          static_cast<size_t>(tensor.size));
  }
  std::span<const float> values(const Tensor& tensor) const {
    return flat().subspan(static_cast<size_t>(tensor.offset),
                          static_cast<size_t>(tensor.size));
  }

  // Valid as long as this object, and moves with it.
  Weights weights() const;
  Gradients gradients();

 private:
  Config config_;
  std::vector<Tensor> tensors_;
  nn::Buffer buffer_;
};

// GPT-2's start (Radford et al. 2019, section 2.3): matrices and embeddings
// N(0, 0.02), the two projections into the residual stream divided by the root
// of their number 2L, biases 0, layer norms 1. The same seed gives the same
// numbers on every machine.
Parameters InitialParameters(const Config& config, uint64_t seed);

}  // namespace artspeak::gpt2
