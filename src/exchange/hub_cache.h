// One model in the cache that huggingface_hub keeps, so that a model pulled by
// either serves both:
//
//   models--OWNER--NAME/blobs/DIGEST       the files' bytes
//   models--OWNER--NAME/refs/REVISION      the commit that a branch or tag
//   means models--OWNER--NAME/snapshots/COMMIT/FILE -> ../../blobs/DIGEST
//   .locks/models--OWNER--NAME/DIGEST.lock
//
// Described in huggingface_hub's guide "Understand caching".
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "exchange/hub_listing.h"
#include "exchange/hub_name.h"

namespace artspeak::exchange {

// Whether the folder holds config.json, a tokenizer and all the weights.
bool IsWholeModel(const std::filesystem::path& folder);

// Paths and links only; nothing is made before it is needed. Thread-safe, but
// several writers of one blob must hold its lock.
class HubCache {
 public:
  // cache: the folder of all models, which must not be empty.
  HubCache(const std::filesystem::path& cache, const HubName& name);

  // The snapshot that the name's revision last meant here, if it is a whole
  // model.
  std::optional<std::filesystem::path> Find() const;

  std::filesystem::path snapshot(const std::string& commit) const;
  std::filesystem::path blob(const HubFile& file) const;
  std::filesystem::path lock(const HubFile& file) const;  // for base::FileLock
  // A folder in which to look at a blob before it is part of a snapshot.
  std::filesystem::path staging(const HubFile& file) const;

  // Makes the folders of blobs and locks.
  void Prepare() const;
  // Makes the blob a file of the snapshot; one that is there stays.
  void Link(const std::string& commit, const HubFile& file) const;
  // From now on the name's revision means this commit.
  void SetCommit(const std::string& commit) const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path locks_;
  std::string revision_;
};

}  // namespace artspeak::exchange
