#include "exchange/hub_cache.h"

#include <algorithm>
#include <cassert>
#include <system_error>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;

namespace {

std::string FolderName(const std::string& repository) {
  const size_t slash = repository.find('/');
  if (slash == std::string::npos) return "models--" + repository;
  return "models--" + repository.substr(0, slash) + "--" +
         repository.substr(slash + 1);
}

bool Has(const fs::path& folder, std::string_view name) {
  std::error_code none;
  return fs::is_regular_file(folder / name, none);  // a link's target counts
}

bool HasWeights(const fs::path& folder) {
  if (Has(folder, "model.safetensors")) return true;
  const fs::path index = folder / "model.safetensors.index.json";
  if (!Has(folder, index.filename().string())) return false;
  const auto shards = ParseShardIndex(base::ReadFile(index), index.string());
  return std::all_of(
      shards.begin(), shards.end(),
      [&](const std::string& shard) { return Has(folder, shard); });
}

}  // namespace

bool IsWholeModel(const fs::path& folder) try {
  const bool has_tokenizer =
      (Has(folder, "vocab.json") && Has(folder, "merges.txt")) ||
      Has(folder, "tokenizer.json");
  return Has(folder, "config.json") && has_tokenizer && HasWeights(folder);
} catch (const base::Error&) {
  return false;  // an index that cannot be read names no weights
}

HubCache::HubCache(const fs::path& cache, const HubName& name)
    : folder_(cache / FolderName(name.repository)),
      locks_(cache / ".locks" / FolderName(name.repository)),
      revision_(name.revision) {
  assert(!cache.empty());
}

std::optional<fs::path> HubCache::Find() const {
  std::string commit = revision_;
  if (!IsCommit(commit)) {
    const fs::path reference = folder_ / "refs" / revision_;
    std::error_code none;
    if (!fs::is_regular_file(reference, none)) return std::nullopt;
    commit = base::ReadFile(reference);
    if (!IsCommit(commit)) return std::nullopt;
  }
  const fs::path folder = snapshot(commit);
  if (!IsWholeModel(folder)) return std::nullopt;
  return folder;
}

fs::path HubCache::snapshot(const std::string& commit) const {
  return folder_ / "snapshots" / commit;
}

fs::path HubCache::blob(const HubFile& file) const {
  return folder_ / "blobs" / file.digest;
}

fs::path HubCache::lock(const HubFile& file) const {
  return locks_ / (file.digest + ".lock");
}

fs::path HubCache::staging(const HubFile& file) const {
  return locks_ / (file.digest + ".staging");
}

void HubCache::Prepare() const {
  base::MakeDirectories(folder_ / "blobs");
  base::MakeDirectories(locks_);
}

void HubCache::Link(const std::string& commit, const HubFile& file) const {
  const fs::path folder = snapshot(commit);
  if (Has(folder, file.name)) return;
  base::MakeDirectories(folder);
  base::ReplaceLinkAtomically(fs::path("../../blobs") / file.digest,
                              folder / file.name);
}

void HubCache::SetCommit(const std::string& commit) const {
  if (revision_ == commit) return;
  const fs::path reference = folder_ / "refs" / revision_;
  base::MakeDirectories(reference.parent_path());
  base::WriteFileAtomically(reference, commit);
}

}  // namespace artspeak::exchange
