#include "gpt2/checkpoint.h"

#include <fmt/ranges.h>

#include <string_view>

#include "base/error.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;
using base::Error;

Checkpoint::Checkpoint(const fs::path& directory)
    : config_(Config::Load(directory)), files_(directory) {
  const bool prefixed = files_.tensors().contains("transformer.wte.weight");
  for (const TensorPlace& place : TensorPlaces(config_)) {
    const std::string name = (prefixed ? "transformer." : "") + place.name;
    const auto found = files_.tensors().find(name);
    if (found == files_.tensors().end()) {
      throw Error(
          "{} has no tensor \"{}\", which its config.json calls for: "
          "the two files are not of one model",
          files_.path().string(), name);
    }
    const auto& [path, tensor] = found->second;
    if (tensor->shape != place.shape) {
      throw Error(
          "{} has \"{}\" of shape ({}) where its config.json calls for "
          "({}): the two files are not of one model",
          path->string(), name, fmt::join(tensor->shape, ", "),
          fmt::join(place.shape, ", "));
    }
    if (!IsFloatDtype(tensor->dtype)) {
      throw Error("{} has \"{}\" as {}: this program reads F32, F16 and BF16",
                  path->string(), name, tensor->dtype);
    }
    tensors_.push_back(tensor);
  }
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
