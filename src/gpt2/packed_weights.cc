#include "gpt2/packed_weights.h"

namespace artspeak::gpt2 {

std::optional<nn::PackedMatrix> PackedShapeOf(const TensorPlace& place,
                                              WeightFormat format) {
  if (place.shape.size() != 2 || place.name == "wpe.weight") return {};
  const bool head = place.name == "wte.weight";
  nn::PackedMatrix matrix;
  matrix.K = place.shape[head ? 1 : 0];
  matrix.N = place.shape[head ? 0 : 1];
  switch (format) {
    case WeightFormat::kFloat:
      return {};
    case WeightFormat::kBf16:
      matrix.format = nn::PackedFormat::kBf16;
      break;
    case WeightFormat::kInt8:
      matrix.format = nn::PackedFormat::kInt8;
      break;
    case WeightFormat::kInt4:
      matrix.format = head ? nn::PackedFormat::kInt8 : nn::PackedFormat::kInt4;
      break;
  }
  return matrix;
}

std::string NormBefore(const std::string& tensor) {
  const std::string layer = tensor.substr(0, tensor.find('.', 2) + 1);
  if (tensor == "wte.weight") return "ln_f";
  if (tensor.ends_with("attn.c_attn.weight")) return layer + "ln_1";
  if (tensor.ends_with("mlp.c_fc.weight")) return layer + "ln_2";
  return "";
}

}  // namespace artspeak::gpt2
