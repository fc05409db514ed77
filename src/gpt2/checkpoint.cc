#include "gpt2/checkpoint.h"

#include <fmt/ranges.h>

#include <string_view>

#include "base/error.h"
#include "gpt2/packed_weights.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;
using base::Error;

Checkpoint::Checkpoint(const fs::path& directory, Accept accept)
    : config_(Config::Load(directory)), files_(directory) {
  const bool packed = config_.weights != WeightFormat::kFloat;
  if (packed && accept == Accept::kFloats) {
    throw Error(
        "{} holds {} weights, which serve only to write with as they are: use "
        "the model that they were made of",
        directory.string(), NameOf(config_.weights));
  }
  const bool prefixed = files_.tensors().contains("transformer.wte.weight");
  const auto find = [&](const std::string& plain_name,
                        const std::vector<int64_t>& shape, bool bytes) {
    const std::string name = (prefixed ? "transformer." : "") + plain_name;
    const auto found = files_.tensors().find(name);
    if (found == files_.tensors().end()) {
      throw Error(
          "{} has no tensor \"{}\", which its config.json calls for: "
          "the two files are not of one model",
          files_.path().string(), name);
    }
    const auto& [path, tensor] = found->second;
    if (tensor->shape != shape) {
      throw Error(
          "{} has \"{}\" of shape ({}) where its config.json calls for "
          "({}): the two files are not of one model",
          path->string(), name, fmt::join(tensor->shape, ", "),
          fmt::join(shape, ", "));
    }
    if (bytes ? tensor->dtype != "U8" : !IsFloatDtype(tensor->dtype)) {
      throw Error("{} has \"{}\" as {}: this program reads {}", path->string(),
                  name, tensor->dtype, bytes ? "U8" : "F32, F16 and BF16");
    }
    return tensor;
  };
  for (const TensorPlace& place : TensorPlaces(config_)) {
    const auto matrix = PackedShapeOf(place, config_.weights);
    tensors_.push_back(matrix ? find(place.name, {matrix->bytes()}, true)
                              : find(place.name, place.shape, false));
  }
  if (packed) head_factors_ = find(kHeadFactors, {config_.width}, false);
  const std::string surplus = (prefixed ? "transformer.h." : "h.") +
                              std::to_string(config_.layers) + ".ln_1.weight";
  if (files_.tensors().contains(surplus)) {
    throw Error(
        "{} has more layers than the {} of its config.json: the two "
        "files are not of one model",
        files_.path().string(), config_.layers);
  }
}

}  // namespace artspeak::gpt2
