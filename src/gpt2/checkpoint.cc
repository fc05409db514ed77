#include "gpt2/checkpoint.h"

#include <fmt/ranges.h>

#include <string_view>

#include "base/error.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;
using base::Error;

namespace {

fs::path WeightsPath(const fs::path& directory) {
  const fs::path path = directory / "model.safetensors";
  if (!fs::exists(path)) {
    throw Error("{} has no model.safetensors: give the folder of a model",
                directory.string());
  }
  return path;
}

}  // namespace

Checkpoint::Checkpoint(const fs::path& directory)
    : config_(Config::Load(directory)), reader_(WeightsPath(directory)) {
  const std::string path = reader_.path().string();
  const bool prefixed = reader_.tensors().contains("transformer.wte.weight");
  for (const TensorPlace& place : TensorPlaces(config_)) {
    const std::string name = (prefixed ? "transformer." : "") + place.name;
    const auto found = reader_.tensors().find(name);
    if (found == reader_.tensors().end()) {
      throw Error(
          "{} has no tensor \"{}\", which its config.json calls for: "
          "the two files are not of one model",
          path, name);
    }
    const StoredTensor& tensor = found->second;
    if (tensor.shape != place.shape) {
      throw Error(
          "{} has \"{}\" of shape ({}) where its config.json calls for "
          "({}): the two files are not of one model",
          path, name, fmt::join(tensor.shape, ", "),
          fmt::join(place.shape, ", "));
    }
    if (!IsFloatDtype(tensor.dtype)) {
      throw Error("{} has \"{}\" as {}: this program reads F32, F16 and BF16",
                  path, name, tensor.dtype);
    }
    tensors_.push_back(&tensor);
  }
  const std::string surplus = (prefixed ? "transformer.h." : "h.") +
                              std::to_string(config_.layers) + ".ln_1.weight";
  if (reader_.tensors().contains(surplus)) {
    throw Error(
        "{} has more layers than the {} of its config.json: the two "
        "files are not of one model",
        path, config_.layers);
  }
}

}  // namespace artspeak::gpt2
