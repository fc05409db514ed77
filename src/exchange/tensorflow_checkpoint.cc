#include "exchange/tensorflow_checkpoint.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "exchange/checkpoint_state.h"
#include "exchange/tensorflow_variables.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;

namespace {

constexpr uintmax_t kLargestText = 1 << 20;
// Far above any GPT-2; gpt2::Config sets the bounds.
constexpr int kLargestDimension = 1 << 30;

// False too where the system cannot tell, as for a name that is too long.
bool IsFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::string ReadSmallFile(const fs::path& path) {
  std::error_code ignored;
  if (fs::file_size(path, ignored) > kLargestText) {
    throw Error("{} is too large for the text file that it should be",
                path.string());
  }
  return base::ReadFile(path);
}

// N of "model-N".
std::optional<int64_t> StepOf(const fs::path& prefix) {
  static constexpr std::string_view kStart = "model-";
  const std::string name = prefix.filename().string();
  if (!name.starts_with(kStart)) return {};
  int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kStart.size(), end, step);
  if (parsed.ec != std::errc() || parsed.ptr != end || step < 0) return {};
  return step;
}

// The checkpoint that `folder`/checkpoint names. It may have been written on
// another machine: what lies beside it comes first.
fs::path NamedPrefix(const fs::path& folder) {
  const fs::path state = folder / "checkpoint";
  const auto named = CheckpointPathIn(ReadSmallFile(state));
  if (!named) {
    throw Error(
        "{} does not name a checkpoint: give one of the folder's .index files",
        state.string());
  }
  // Windows writes its paths with backslashes.
  const size_t slash = named->find_last_of("/\\");
  const std::string base = named->substr(slash + 1);  // npos + 1 is 0
  for (const fs::path& prefix : {folder / base, folder / *named}) {
    if (IsFile(IndexPath(prefix))) return prefix;
  }
  throw Error(
      "{} names {}, but there is no {}: copy all files of the run, or give one "
      "of the folder's .index files",
      state.string(), base::OneLine(*named),
      base::OneLine(IndexPath(folder / base).string()));
}

// PREFIX of every PREFIX.index in a folder; none if it cannot be read.
std::vector<fs::path> PrefixesIn(const fs::path& folder) {
  std::vector<fs::path> prefixes;
  std::error_code fault;
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    const fs::path& path = entry->path();
    if (path.extension() == ".index" && IsFile(path)) {
      prefixes.push_back(folder / path.stem());
    }
  }
  return prefixes;
}

fs::path PrefixInFolder(const fs::path& folder) {
  if (IsFile(folder / "checkpoint")) return NamedPrefix(folder);
  const std::vector<fs::path> prefixes = PrefixesIn(folder);
  if (prefixes.size() == 1) return prefixes.front();
  const fs::path* latest = nullptr;
  for (const fs::path& prefix : prefixes) {
    const auto step = StepOf(prefix);
    if (step && (latest == nullptr || *step > *StepOf(*latest))) {
      latest = &prefix;
    }
  }
  if (latest != nullptr) return *latest;
  if (prefixes.empty()) {
    throw Error(
        "{} holds no TensorFlow checkpoint: give the folder of a run or a "
        "model, or an .index file",
        folder.string());
  }
  throw Error(
      "{} holds {} TensorFlow checkpoints: give one of its .index files",
      folder.string(), prefixes.size());
}

fs::path PrefixAt(const fs::path& source) {
  std::error_code ignored;
  if (fs::is_directory(source, ignored)) return PrefixInFolder(source);
  if (source.extension() == ".index" && IsFile(source)) {
    return source.parent_path() / source.stem();
  }
  if (IsFile(IndexPath(source))) return source;
  throw Error(
      "there is no TensorFlow checkpoint at {}: give the folder of a run or a "
      "model, or an .index file",
      source.string());
}

int ReadDimension(const json& object, const fs::path& path, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer() || *found < 1 ||
      *found > kLargestDimension) {
    throw Error(
        "{} has no whole number \"{}\" above 0: copy it again from the "
        "model that was trained",
        path.string(), key);
  }
  return found->get<int>();
}

gpt2::Config ReadHparams(const fs::path& path) {
  const json object = json::parse(ReadSmallFile(path), nullptr, false);
  if (!object.is_object()) {
    throw Error("{} is not a JSON object: the file is damaged, copy it again",
                path.string());
  }
  gpt2::Config config;
  config.vocab_size = ReadDimension(object, path, "n_vocab");
  config.context = ReadDimension(object, path, "n_ctx");
  config.layers = ReadDimension(object, path, "n_layer");
  config.width = ReadDimension(object, path, "n_embd");
  config.heads = ReadDimension(object, path, "n_head");
  try {
    config.Validate();
  } catch (const Error& error) {
    throw Error("{}: {}", path.string(), error.what());
  }
  return config;
}

}  // namespace

bool IsTensorflowCheckpoint(const fs::path& source) {
  std::error_code ignored;
  if (fs::is_directory(source, ignored)) {
    return IsFile(source / "checkpoint") || !PrefixesIn(source).empty();
  }
  return IsFile(IndexPath(source)) ||
         (source.extension() == ".index" && IsFile(source));
}

TensorflowCheckpoint FindTensorflowCheckpoint(const fs::path& source) {
  TensorflowCheckpoint checkpoint;
  checkpoint.prefix = PrefixAt(source);
  checkpoint.step = StepOf(checkpoint.prefix);
  checkpoint.is_run =
      checkpoint.step.has_value() || IsFile(checkpoint.directory() / "counter");
  return checkpoint;
}

gpt2::Config ReadTensorflowConfig(const TensorflowCheckpoint& checkpoint,
                                  const BundleIndex& index) {
  const fs::path hparams = checkpoint.directory() / "hparams.json";
  if (IsFile(hparams)) return ReadHparams(hparams);
  // The number of heads leaves no trace in the shapes.
  static constexpr gpt2::Config kSizes[] = {
      {.layers = 12, .width = 768, .heads = 12},
      {.layers = 24, .width = 1024, .heads = 16},
      {.layers = 36, .width = 1280, .heads = 20},
      {.layers = 48, .width = 1600, .heads = 25}};
  for (const gpt2::Config& size : kSizes) {
    if (!WhyNotModel(index, size)) return size;
  }
  throw Error(
      "{} is missing, and the checkpoint beside it has the shapes of none of "
      "GPT-2's sizes: copy it from the model that was trained",
      hparams.string());
}

}  // namespace artspeak::exchange
