#include "gpt2/model_directory.h"

#include <cassert>
#include <vector>

#include "base/file.h"
#include "gpt2/checkpoint.h"
#include "gpt2/safetensors_writer.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;

Parameters LoadParameters(const fs::path& directory) {
  const Checkpoint checkpoint(directory);
  Parameters parameters(checkpoint.config());
  auto stored = checkpoint.tensors().begin();
  for (const Parameters::Tensor& tensor : parameters.tensors()) {
    CopyAsFloats(**stored, parameters.values(tensor));
    base::ForgetMapped((*stored++)->bytes);  // or all of it is there twice
  }
  return parameters;
}

void SaveModel(const fs::path& directory, const Config& config,
               const Parameters& parameters) {
  assert(config == parameters.config());
  base::MakeDirectories(directory);
  std::vector<FloatTensor> tensors;
  for (const Parameters::Tensor& tensor : parameters.tensors()) {
    tensors.push_back({tensor.name, tensor.shape, parameters.values(tensor)});
  }
  WriteSafetensors(directory / "model.safetensors", tensors);
  config.Save(directory);
}

}  // namespace artspeak::gpt2
