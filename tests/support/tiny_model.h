// A random model of a few thousand parameters, with a tokenizer, that loads and
// writes in milliseconds. For rooms that include gpt2 and text.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gpt2/model_directory.h"
#include "gpt2/parameters.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace artspeak::testing {

inline text::Tokenizer TinyTokenizer() {
  const std::vector<std::string> texts = {
      "The paintings of the late period are the quiet paintings.",
      "The light in the room is the light of the north, and it is quiet.",
      "Où est la lumière? La lumière est dans le café, près de la gare."};
  return text::TrainTokenizer(texts, 290, {});
}

// Writes a model directory whose tokens depend strongly on those before: the
// initial weights, but larger.
inline void SaveTinyModel(const std::filesystem::path& directory, int context,
                          float scale = 12.0f) {
  const text::Tokenizer tokenizer = TinyTokenizer();
  gpt2::Config config;
  config.vocab_size = tokenizer.vocab_size();
  config.context = context;
  config.layers = 2;
  config.width = 16;
  config.heads = 2;
  gpt2::Parameters parameters = gpt2::InitialParameters(config, 1);
  for (float& value : parameters.flat()) {
    if (value != 1.0f) value *= scale;  // not the gains of the layer norms
  }
  gpt2::SaveModel(directory, config, parameters);
  tokenizer.Save(directory);
}

}  // namespace artspeak::testing
