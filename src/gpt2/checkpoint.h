// A model directory's tensors, found and checked against its config.json.
#pragma once

#include <filesystem>
#include <vector>

#include "gpt2/config.h"
#include "gpt2/parameters.h"
#include "gpt2/safetensors_reader.h"
#include "gpt2/weight_files.h"

namespace artspeak::gpt2 {

// Opens config.json and the weights beside it, in one file or in shards. Names
// may carry the prefix "transformer."; masks ("h.N.attn.bias",
// "h.N.attn.masked_bias") and the tied "lm_head.weight" may be present and are
// passed over.
class Checkpoint {
 public:
  // Throws Error when a file is missing or damaged, or when a tensor is
  // missing, is not of floats, or has another shape than config.json says.
  explicit Checkpoint(const std::filesystem::path& directory);

  const Config& config() const { return config_; }
  int64_t bytes() const { return files_.bytes(); }  // of the weights' files
  // In the order of TensorPlaces(config()); valid as long as this object.
  const std::vector<const StoredTensor*>& tensors() const { return tensors_; }

 private:
  Config config_;
  WeightFiles files_;
  std::vector<const StoredTensor*> tensors_;
};

}  // namespace artspeak::gpt2
