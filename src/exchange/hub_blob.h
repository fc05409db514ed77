// A file of the hub on its way here: what came so far, and whether it is right.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/sha.h"
#include "exchange/hub_listing.h"

namespace artspeak::exchange {

// Hashes a file as the hub does: a large one by SHA-256, a small one as git
// names it, the SHA-1 of "blob SIZE\0" and the content. Not thread-safe.
class HubDigest {
 public:
  explicit HubDigest(const HubFile& file);

  void Update(std::string_view bytes) { sha_.Update(bytes); }
  // Whether that was the file; call once.
  bool Matches() { return sha_.FinishHex() == expected_; }

 private:
  std::string expected_;
  base::Sha sha_;
};

// A blob of the cache while it is pulled: PATH.incomplete, which outlives the
// process, until it is whole and right and becomes PATH. One process at a time
// (see HubCache::lock). Every function throws Error with the path and the
// system's reason. Not thread-safe.
class PartialBlob {
 public:
  // Goes on with what an earlier pull left.
  PartialBlob(const std::filesystem::path& path, const HubFile& file);
  ~PartialBlob();
  PartialBlob(const PartialBlob&) = delete;
  PartialBlob& operator=(const PartialBlob&) = delete;

  const HubFile& file() const { return file_; }
  int64_t size() const { return size_; }  // bytes so far
  bool full() const { return size_ == file_.size; }

  // Throws Error, too, when there is more than the file's size. A full disk
  // loses nothing of what came before.
  void Append(std::string_view bytes);
  void Restart();  // from nothing

  // Checks the hash, flushes and renames; the blob must be full. A wrong file
  // is removed, and the Error says so.
  void Commit();

 private:
  [[noreturn]] void Fail(const char* doing);
  void HashWhatIsThere();

  std::filesystem::path path_;
  std::filesystem::path incomplete_;
  HubFile file_;
  HubDigest digest_;
  int64_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace artspeak::exchange
