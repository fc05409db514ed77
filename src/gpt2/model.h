// The immutable weights of a model, for inference.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "gpt2/packed_weights.h"
#include "gpt2/parameters.h"
#include "gpt2/tensors.h"

namespace artspeak::gpt2 {

// Weights mapped from a model directory: opening is immediate, and processes
// share the memory. Weights stored in 16 bits are converted to fp32 copies.
// Thread-safe.
class Model {
 public:
  // Throws Error when a file is missing, damaged, or they disagree.
  static std::shared_ptr<const Model> Load(
      const std::filesystem::path& directory);
  // Weights that are stored as floats are packed in memory. Also throws Error
  // when they are stored packed in another way.
  static std::shared_ptr<const Model> Load(
      const std::filesystem::path& directory, WeightFormat weights,
      base::ThreadPool& pool);
  // A view of parameters in training: nothing is copied. They must outlive it,
  // and stand still while it is used.
  explicit Model(const Parameters& parameters);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const Config& config() const { return config_; }
  // With packed weights its matrices are null, but for wpe.
  const Weights& weights() const { return weights_; }
  // Nothing unless config().weights says so.
  const std::optional<PackedWeights>& packed_weights() const {
    return packed_weights_;
  }
  // Bytes of the files it was loaded from; 0 for a view.
  int64_t stored_bytes() const;

  // 16 bytes that tell one model from another: the BLAKE2b of its dimensions
  // and of its tensors as they are stored. Reads them all. Not for a view.
  std::string Digest(base::ThreadPool& pool) const;

 private:
  struct Storage;

 public:
  explicit Model(std::unique_ptr<Storage> storage);  // for Load alone

 private:
  std::unique_ptr<Storage> storage_;
  Config config_;
  Weights weights_;
  std::optional<PackedWeights> packed_weights_;
};

}  // namespace artspeak::gpt2
