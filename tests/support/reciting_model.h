// A model that knows one text by heart. For rooms that include gpt2 and text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "gpt2/model_directory.h"
#include "gpt2/parameters.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace artspeak::testing {

// A tokenizer that joins an end marker to the full stop before it, as GPT-2's
// token ".<" does.
inline text::Tokenizer MarkerTokenizer() {
  const std::vector<std::string> texts = {"x.<x.<x.<"};
  return text::TrainTokenizer(texts, 258, {});
}

// Writes a model directory whose likeliest token after n tokens, whichever they
// are, is the n-th (from 0) of `text`, which it begins again at its end: the
// blocks add nothing, and each position points at its token.
inline void SaveRecitingModel(const std::filesystem::path& directory,
                              const text::Tokenizer& tokenizer,
                              std::string_view text, bool literal_markers) {
  const std::vector<text::TokenId> tokens = tokenizer.Encode(text);
  gpt2::Config config;
  config.vocab_size = tokenizer.vocab_size();
  config.context = 2 * static_cast<int>(tokens.size());
  config.layers = 1;
  config.width = 64;
  config.heads = 1;
  config.literal_markers = literal_markers;
  gpt2::Parameters parameters = gpt2::InitialParameters(config, 1);
  const auto values = [&](std::string_view name) {
    const auto& tensors = parameters.tensors();
    return parameters.values(
        *std::find_if(tensors.begin(), tensors.end(),
                      [&](const auto& tensor) { return tensor.name == name; }));
  };
  for (const char* name : {"h.0.attn.c_proj.weight", "h.0.mlp.c_proj.weight"}) {
    std::ranges::fill(values(name), 0.0f);
  }
  const auto embeddings = values("wte.weight");  // (V, C), nearly orthogonal
  base::RandomStream random(1);
  for (float& value : embeddings) value = random.Below(2) == 0 ? -1.0f : 1.0f;
  const auto positions = values("wpe.weight");  // (T, C)
  const auto width = static_cast<size_t>(config.width);
  for (size_t t = 0; t < static_cast<size_t>(config.context); ++t) {
    const auto token = static_cast<size_t>(tokens[(t + 1) % tokens.size()]);
    for (size_t c = 0; c < width; ++c) {
      positions[t * width + c] = 20 * embeddings[token * width + c];
    }
  }
  gpt2::SaveModel(directory, config, parameters);
  tokenizer.Save(directory);
}

}  // namespace artspeak::testing
