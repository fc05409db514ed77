#include "gpt2/weight_files.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;

namespace {

// The index may come from anywhere: it must not make us open other files.
bool IsPlainName(const std::string& name) {
  return !name.empty() && name.front() != '.' &&
         name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

}  // namespace

WeightFiles::WeightFiles(const fs::path& directory)
    : path_(directory / "model.safetensors") {
  if (fs::exists(path_)) {
    const SafetensorsReader& file = files_.emplace_back(path_);
    for (const auto& [name, tensor] : file.tensors()) {
      tensors_[name] = {&file.path(), &tensor};
    }
    return;
  }
  path_ = directory / "model.safetensors.index.json";
  if (!fs::exists(path_)) {
    throw Error(
        "{} has no model.safetensors: give the folder of a model, or save its "
        "weights as safetensors",
        directory.string());
  }
  OpenShards();
}

// Format: Hugging Face's sharded checkpoints, {"weight_map": {tensor: file}}.
void WeightFiles::OpenShards() {
  const json index = json::parse(base::ReadFile(path_), nullptr, false);
  // Not copied: a copy of nested values recurses, however deep they are.
  const auto found = index.find("weight_map");
  if (found == index.end() || !found->is_object() || found->empty()) {
    throw Error(
        "{} has no \"weight_map\" that says which file holds which tensor: "
        "copy it again",
        path_.string());
  }
  std::map<std::string, const SafetensorsReader*> opened;
  for (const auto& [name, value] : found->items()) {
    const auto file_name =
        value.is_string() ? value.get<std::string>() : std::string();
    if (!IsPlainName(file_name)) {
      throw Error(
          "{} names no file of its own folder for the tensor \"{}\": copy it "
          "again",
          path_.string(), base::OneLine(name));
    }
    const SafetensorsReader*& file = opened[file_name];
    if (file == nullptr) {
      const fs::path path = path_.parent_path() / file_name;
      std::error_code unreadable;
      if (!fs::exists(path, unreadable)) {
        throw Error("{} names {}, which is not there: copy that file too",
                    path_.string(), base::OneLine(file_name));
      }
      file = &files_.emplace_back(path);
    }
    const auto tensor = file->tensors().find(name);
    if (tensor == file->tensors().end()) {
      throw Error(
          "{} has no tensor \"{}\", which {} says it holds: copy both again",
          file->path().string(), base::OneLine(name),
          path_.filename().string());
    }
    tensors_[name] = {&file->path(), &tensor->second};
  }
}

int64_t WeightFiles::bytes() const {
  int64_t sum = 0;
  for (const SafetensorsReader& file : files_) sum += file.bytes();
  return sum;
}

}  // namespace artspeak::gpt2
