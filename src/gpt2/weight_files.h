// The files that hold a model directory's tensors: model.safetensors, or shards
// named by model.safetensors.index.json.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <string>

#include "gpt2/safetensors_reader.h"

namespace artspeak::gpt2 {

// Opens them all by memory map. Thread-safe.
class WeightFiles {
 public:
  struct Place {
    const std::filesystem::path* file = nullptr;
    const StoredTensor* tensor = nullptr;
  };

  // Throws Error when there is neither, when a file is missing or malformed, or
  // when the index names a file outside the folder or a tensor that its file
  // lacks.
  explicit WeightFiles(const std::filesystem::path& directory);

  // By name. Valid as long as this object.
  const std::map<std::string, Place>& tensors() const { return tensors_; }
  // The one file, or the index: for sentences about the whole.
  const std::filesystem::path& path() const { return path_; }
  // Of all files in bytes, the index not counted.
  int64_t bytes() const;

 private:
  void OpenShards();

  std::filesystem::path path_;
  std::deque<SafetensorsReader> files_;
  std::map<std::string, Place> tensors_;
};

}  // namespace artspeak::gpt2
