// Makes packed weights of a model's floats.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "gpt2/checkpoint.h"
#include "gpt2/config.h"
#include "gpt2/packed_weights.h"
#include "gpt2/safetensors_writer.h"

namespace artspeak::gpt2 {

// Packs tensor by tensor, so that the memory of one is enough. Not thread-safe;
// checkpoint and pool must outlive it.
class WeightPacker {
 public:
  // `source`, for messages, is where the checkpoint comes from. format is not
  // kFloat.
  WeightPacker(const Checkpoint& checkpoint, std::filesystem::path source,
               WeightFormat format, base::ThreadPool& pool);

  // What Tensor gives, in its order: TensorPlaces', then kHeadFactors.
  const std::vector<TensorHeading>& headings() const { return headings_; }
  // The bytes of tensor i: packed, or fp32. Throws Error when a weight is not a
  // finite number: rounded, it would look sound.
  std::vector<std::byte> Tensor(size_t i) const;

 private:
  const Checkpoint& checkpoint_;
  std::filesystem::path source_;
  base::ThreadPool& pool_;
  WeightFormat format_;
  std::vector<TensorPlace> places_;
  std::vector<TensorHeading> headings_;
  std::map<std::string, std::vector<float>> factors_;  // by norm
};

// Writes the model in `source` with packed weights to `output`: config.json and
// model.safetensors. Progress counts parameters. Throws Error.
void Quantize(const std::filesystem::path& source,
              const std::filesystem::path& output, WeightFormat format,
              base::ThreadPool& pool, const base::ProgressCallback& progress);

}  // namespace artspeak::gpt2
