#include "decode/loaded_model.h"

#include "base/error.h"

namespace artspeak::decode {

LoadedModel LoadedModel::Load(const std::filesystem::path& directory) {
  LoadedModel loaded{gpt2::Model::Load(directory),
                     std::make_shared<const text::Tokenizer>(
                         text::Tokenizer::Load(directory))};
  const int tokens = loaded.tokenizer->vocab_size();
  const int rows = loaded.model->config().vocab_size;
  if (tokens > rows) {
    throw base::Error(
        "{} holds a tokenizer of {} tokens and a model of {}: put the "
        "tokenizer there that the model was trained with",
        directory.string(), tokens, rows);
  }
  return loaded;
}

}  // namespace artspeak::decode
