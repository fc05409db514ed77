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
  // missing, is not of floats (or bytes, where config.json says so), or has
  // another shape than config.json says; and when the weights are packed,
  // unless that is asked for.
  enum class Accept { kFloats, kPacked };
  explicit Checkpoint(const std::filesystem::path& directory,
                      Accept accept = Accept::kFloats);

  const Config& config() const { return config_; }
  const WeightFiles& files() const { return files_; }
  // In the order of TensorPlaces(config()); valid as long as this object.
  const std::vector<const StoredTensor*>& tensors() const { return tensors_; }
  // With packed weights (packed_weights.h), (C); else null.
  const StoredTensor* head_factors() const { return head_factors_; }

 private:
  Config config_;
  WeightFiles files_;
  std::vector<const StoredTensor*> tensors_;
  const StoredTensor* head_factors_ = nullptr;
};

}  // namespace artspeak::gpt2
