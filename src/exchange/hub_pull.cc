#include "exchange/hub_pull.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/config.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;

namespace {

// Far above any; what is read whole must fit in memory.
constexpr int64_t kLargestSmallFile = 64 << 20;

constexpr std::string_view kWeights = "model.safetensors";
constexpr std::string_view kIndex = "model.safetensors.index.json";

// Takes files of a listing by name.
class Selection {
 public:
  Selection(const HubListing& listing, const HubName& name)
      : listing_(listing), name_(name) {}

  bool Has(std::string_view file) const {
    return listing_.Find(file) != nullptr;
  }

  const HubFile& Take(std::string_view file) {
    const HubFile* found = listing_.Find(file);
    if (found == nullptr) {
      throw Error("{} has no {}: use another model, a GPT-2 with all its files",
                  name_.text(), file);
    }
    files_.push_back(*found);
    return *found;
  }

  const HubFile& TakeSmall(std::string_view file) {
    const HubFile& taken = Take(file);
    if (taken.size > kLargestSmallFile) {
      throw Error("{} has a {} of {} bytes, which is none: use another model",
                  name_.text(), file, taken.size);
    }
    return taken;
  }

  const std::vector<HubFile>& files() const { return files_; }

 private:
  const HubListing& listing_;
  const HubName& name_;
  std::vector<HubFile> files_;
};

void TakeWeights(HubClient& hub, const HubName& name, const std::string& commit,
                 Selection& selection) {
  if (!selection.Has(kWeights) && selection.Has(kIndex)) {
    const HubFile& index = selection.TakeSmall(kIndex);
    const std::string text = hub.Read(name, commit, index);
    for (const std::string& shard : ParseShardIndex(text, kIndex)) {
      selection.Take(shard);
    }
    return;
  }
  const bool is_pickled = selection.Has("pytorch_model.bin") ||
                          selection.Has("pytorch_model.bin.index.json");
  if (!selection.Has(kWeights) && is_pickled) {
    throw Error(
        "{} has its weights only as pytorch_model.bin, which can run code when "
        "it is read: convert it to safetensors, on the hub (Community, "
        "\"Convert "
        "to safetensors\") or with transformers (save_pretrained)",
        name.text());
  }
  selection.Take(kWeights);
}

// Refuses what is no GPT-2 while only its config.json, a blob, is here.
void CheckConfig(const HubCache& cache, const HubModel& model) {
  const HubFile& config = model.files.front();
  const fs::path folder = cache.staging(config);
  base::MakeDirectories(folder);
  base::ReplaceLinkAtomically(fs::absolute(cache.blob(config)),
                              folder / "config.json");
  std::string fault;
  try {
    gpt2::Config::Load(folder);
  } catch (const Error& error) {
    fault = error.what();
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  if (!fault.empty()) {
    throw Error("{} is no model for artspeak: {}", model.name.text(), fault);
  }
}

bool IsHere(const HubCache& cache, const HubFile& file) {
  std::error_code fault;
  const uintmax_t size = fs::file_size(cache.blob(file), fault);
  return !fault && size == static_cast<uintmax_t>(file.size);
}

// The bytes of a file that are in the cache, whole or in part.
int64_t BytesHere(const HubCache& cache, const HubFile& file) {
  if (IsHere(cache, file)) return file.size;
  std::error_code fault;
  fs::path part = cache.blob(file);
  const uintmax_t size = fs::file_size(part += ".incomplete", fault);
  return fault ? 0 : std::min(static_cast<int64_t>(size), file.size);
}

}  // namespace

int64_t HubModel::bytes() const {
  int64_t sum = 0;
  for (const HubFile& file : files) sum += file.size;
  return sum;
}

HubModel FindOnHub(HubClient& hub, const HubName& name) {
  const HubListing listing = hub.List(name);
  Selection selection(listing, name);
  selection.TakeSmall("config.json");
  const bool has_both =
      selection.Has("vocab.json") && selection.Has("merges.txt");
  if (!has_both && selection.Has("tokenizer.json")) {
    selection.TakeSmall("tokenizer.json");
  } else {
    selection.TakeSmall("vocab.json");
    selection.TakeSmall("merges.txt");
    if (selection.Has("added_tokens.json")) {
      selection.TakeSmall("added_tokens.json");
    }
  }
  TakeWeights(hub, name, listing.commit, selection);
  return {name, listing.commit, selection.files()};
}

bool IsPulled(const HubCache& cache, const HubModel& model) {
  const fs::path snapshot = cache.snapshot(model.commit);
  if (cache.Find() != snapshot) return false;
  return std::ranges::all_of(model.files, [&](const HubFile& file) {
    std::error_code fault;
    return IsHere(cache, file) && fs::exists(snapshot / file.name, fault);
  });
}

fs::path Pull(HubClient& hub, const HubCache& cache, const HubModel& model,
              const base::ProgressCallback& progress) {
  cache.Prepare();
  int64_t here = 0;
  for (const HubFile& file : model.files) here += BytesHere(cache, file);
  for (const HubFile& file : model.files) {
    const base::FileLock lock(cache.lock(file));
    const int64_t others = here - BytesHere(cache, file);
    const auto tell = [&](int64_t bytes) {
      here = others + bytes;
      progress({here, model.bytes(), file.name});
    };
    if (!IsHere(cache, file)) {
      PartialBlob blob(cache.blob(file), file);
      tell(blob.size());
      hub.Download(model.name, model.commit, blob, [&] { tell(blob.size()); });
      blob.Commit();
    }
    tell(file.size);
    if (&file == &model.files.front()) CheckConfig(cache, model);
  }
  for (auto file = model.files.rbegin(); file != model.files.rend(); ++file) {
    cache.Link(model.commit, *file);
  }
  cache.SetCommit(model.commit);
  return cache.snapshot(model.commit);
}

}  // namespace artspeak::exchange
