#include "decode/loaded_model.h"

namespace artspeak::decode {

LoadedModel LoadedModel::Load(const std::filesystem::path& directory) {
  LoadedModel loaded{gpt2::Model::Load(directory),
                     std::make_shared<const text::Tokenizer>(
                         text::Tokenizer::Load(directory))};
  loaded.model->config().CheckTokenizer(loaded.tokenizer->vocab_size(),
                                        directory);
  return loaded;
}

}  // namespace artspeak::decode
