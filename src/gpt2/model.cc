#include "gpt2/model.h"

#include <fmt/ranges.h>

#include <cassert>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "gpt2/checkpoint.h"
#include "gpt2/weight_packer.h"
#include "nn/buffer.h"

namespace artspeak::gpt2 {

struct Model::Storage {
  Storage(const std::filesystem::path& directory, Checkpoint::Accept accept)
      : checkpoint(directory, accept), config(checkpoint.config()) {
    for (const StoredTensor* tensor : checkpoint.tensors()) {
      tensors.push_back(*tensor);
    }
    if (checkpoint.head_factors() != nullptr) {
      tensors.push_back(*checkpoint.head_factors());
    }
  }

  // Replaces the tensors by packed ones.
  void Pack(const std::filesystem::path& directory, WeightFormat format,
            base::ThreadPool& pool) {
    const WeightPacker packer(checkpoint, directory, format, pool);
    tensors.clear();
    for (const TensorHeading& heading : packer.headings()) {
      const std::vector<std::byte> bytes = packer.Tensor(tensors.size());
      nn::Buffer& copy = copies.emplace_back((bytes.size() + 3) / 4);
      std::memcpy(copy.data(), bytes.data(), bytes.size());
      tensors.push_back(
          {heading.dtype,
           heading.shape,
           static_cast<int64_t>(bytes.size()) /
               (heading.dtype == "F32" ? 4 : 1),
           {reinterpret_cast<const std::byte*>(copy.data()), bytes.size()}});
    }
    config.weights = format;
  }

  // Where the tensor's numbers lie as fp32: mapped, or in a copy.
  const float* Floats(const StoredTensor& tensor) {
    const std::byte* bytes = tensor.bytes.data();
    const bool aligned =
        reinterpret_cast<uintptr_t>(bytes) % alignof(float) == 0;
    if (tensor.dtype == "F32" && aligned) {
      return reinterpret_cast<const float*>(bytes);
    }
    CopyAsFloats(tensor, copies.emplace_back(tensor.size).span());
    return copies.back().data();
  }

  Checkpoint checkpoint;
  Config config;
  // In the order of TensorPlaces, then with packed weights the head's factors.
  std::vector<StoredTensor> tensors;
  std::deque<nn::Buffer> copies;  // what could not be used where it is mapped
};

Model::Model(std::unique_ptr<Storage> storage)
    : storage_(std::move(storage)), config_(storage_->config) {
  const std::vector<TensorPlace> places = TensorPlaces(config_);
  std::vector<const float*> pointers;
  std::vector<nn::PackedMatrix> matrices;
  for (size_t i = 0; i < places.size(); ++i) {
    const StoredTensor& tensor = storage_->tensors[i];
    auto matrix = PackedShapeOf(places[i], config_.weights);
    if (matrix) {
      matrix->data = tensor.bytes.data();
      matrices.push_back(*matrix);
    }
    pointers.push_back(matrix ? nullptr : storage_->Floats(tensor));
  }
  weights_ = ArrangeTensors<const float>(config_, pointers);
  if (matrices.empty()) return;
  packed_weights_.emplace();
  auto next = matrices.begin();
  packed_weights_->head = *next++;
  packed_weights_->head_factors = storage_->Floats(storage_->tensors.back());
  for (int layer = 0; layer < config_.layers; ++layer, next += 4) {
    packed_weights_->layers.push_back({next[0], next[1], next[2], next[3]});
  }
}

Model::Model(const Parameters& parameters)
    : config_(parameters.config()), weights_(parameters.weights()) {}

Model::~Model() = default;

int64_t Model::stored_bytes() const {
  return storage_ ? storage_->checkpoint.files().bytes() : 0;
}

std::string Model::Digest(base::ThreadPool& pool) const {
  assert(storage_ != nullptr);
  const auto& tensors = storage_->checkpoint.files().tensors();
  const std::vector<std::pair<std::string, WeightFiles::Place>> stored(
      tensors.begin(), tensors.end());
  std::vector<std::string> digests(stored.size());
  pool.For(std::ssize(stored), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const std::span<const std::byte> bytes = stored[i].second.tensor->bytes;
      base::Blake2b hash;
      hash.Update(bytes.data(), bytes.size());
      digests[i] = hash.Finish();
    }
  });
  base::Blake2b hash;
  hash.Update(fmt::format("{} {} {} {} {} {} {} {}\n", config_.vocab_size,
                          config_.context, config_.layers, config_.width,
                          config_.heads, config_.layer_norm_epsilon,
                          config_.literal_markers, NameOf(config_.weights)));
  for (size_t i = 0; i < stored.size(); ++i) {
    const StoredTensor& tensor = *stored[i].second.tensor;
    hash.Update(fmt::format("{} {} ({})\n", stored[i].first, tensor.dtype,
                            fmt::join(tensor.shape, ", ")));
    hash.Update(digests[i]);
  }
  return hash.Finish();
}

std::shared_ptr<const Model> Model::Load(
    const std::filesystem::path& directory) {
  return std::make_shared<const Model>(
      std::make_unique<Storage>(directory, Checkpoint::Accept::kPacked));
}

std::shared_ptr<const Model> Model::Load(const std::filesystem::path& directory,
                                         WeightFormat weights,
                                         base::ThreadPool& pool) {
  if (Config::Load(directory).weights == weights) return Load(directory);
  auto storage =
      std::make_unique<Storage>(directory, Checkpoint::Accept::kFloats);
  storage->Pack(directory, weights, pool);
  return std::make_shared<const Model>(std::move(storage));
}

}  // namespace artspeak::gpt2
