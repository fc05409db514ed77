// Models of a given shape with random weights, made once and kept.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "gpt2/config.h"

namespace artspeak::bench {

// "124M", "355M", "774M", or layers, width and heads as in "2x64x2"; context
// and vocabulary are GPT-2's. Nothing when it is no shape; throws Error when it
// is one that cannot be.
std::optional<gpt2::Config> ParseShape(const std::string& name);

// How fast a model writes does not depend on its weights, but for the sampler,
// which peaked likelihoods make faster: here they are as peaked as a trained
// model's. The vocabulary has as many tokens as GPT-2's, made up.
class RandomModel {
 public:
  // Its files lie in `folder`/SHAPE; what is there already is used as it is.
  RandomModel(const std::string& shape, const std::filesystem::path& folder);

  const gpt2::Config& config() const { return config_; }
  // A model directory whose weights are stored as "float", "bf16", "int8" or
  // "int4". Throws Error when there is no such format.
  std::filesystem::path Directory(const std::string& weights) const;
  // For llama.cpp: "q8_0" or "q4_0". Likewise.
  std::filesystem::path Gguf(const std::string& weights) const;

 private:
  std::filesystem::path folder_;
  gpt2::Config config_;
};

}  // namespace artspeak::bench
