#include "gpt2/model.h"

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "gpt2/checkpoint.h"
#include "nn/buffer.h"

namespace artspeak::gpt2 {

struct Model::Storage {
  explicit Storage(const std::filesystem::path& directory)
      : checkpoint(directory) {}

  Checkpoint checkpoint;
  std::deque<nn::Buffer> copies;  // what could not be used where it is mapped
};

Model::Model(std::unique_ptr<Storage> storage)
    : storage_(std::move(storage)), config_(storage_->checkpoint.config()) {
  std::vector<const float*> pointers;
  for (const StoredTensor* tensor : storage_->checkpoint.tensors()) {
    const std::byte* bytes = tensor->bytes.data();
    const bool aligned =
        reinterpret_cast<uintptr_t>(bytes) % alignof(float) == 0;
    if (tensor->dtype == "F32" && aligned) {
      pointers.push_back(reinterpret_cast<const float*>(bytes));
    } else {
      CopyAsFloats(*tensor, storage_->copies.emplace_back(tensor->size).span());
      pointers.push_back(storage_->copies.back().data());
    }
  }
  weights_ = ArrangeTensors<const float>(config_, pointers);
}

Model::Model(const Parameters& parameters)
    : config_(parameters.config()), weights_(parameters.weights()) {}

Model::~Model() = default;

int64_t Model::stored_bytes() const {
  return storage_ ? storage_->checkpoint.bytes() : 0;
}

std::shared_ptr<const Model> Model::Load(
    const std::filesystem::path& directory) {
  return std::make_shared<const Model>(std::make_unique<Storage>(directory));
}

}  // namespace artspeak::gpt2
