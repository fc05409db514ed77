#include "decode/loaded_model.h"

#include <utility>

namespace artspeak::decode {

namespace {

LoadedModel WithTokenizer(std::shared_ptr<const gpt2::Model> model,
                          const std::filesystem::path& directory) {
  LoadedModel loaded{std::move(model), std::make_shared<const text::Tokenizer>(
                                           text::Tokenizer::Load(directory))};
  loaded.model->config().CheckTokenizer(loaded.tokenizer->vocab_size(),
                                        directory);
  return loaded;
}

}  // namespace

LoadedModel LoadedModel::Load(const std::filesystem::path& directory) {
  return WithTokenizer(gpt2::Model::Load(directory), directory);
}

LoadedModel LoadedModel::Load(const std::filesystem::path& directory,
                              gpt2::WeightFormat weights,
                              base::ThreadPool& pool) {
  return WithTokenizer(gpt2::Model::Load(directory, weights, pool), directory);
}

}  // namespace artspeak::decode
