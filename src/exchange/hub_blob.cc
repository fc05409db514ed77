#include "exchange/hub_blob.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::exchange {

namespace fs = std::filesystem;
using base::Error;

namespace {

constexpr size_t kSha256Digits = 64;
constexpr size_t kChunkBytes = 1 << 20;

}  // namespace

HubDigest::HubDigest(const HubFile& file)
    : expected_(file.digest),
      sha_(file.digest.size() == kSha256Digits ? base::ShaKind::kSha256
                                               : base::ShaKind::kSha1) {
  if (file.digest.size() == kSha256Digits) return;
  std::string header = "blob " + std::to_string(file.size);
  header.push_back('\0');
  sha_.Update(header);
}

PartialBlob::PartialBlob(const fs::path& path, const HubFile& file)
    : path_(path), incomplete_(path), file_(file), digest_(file) {
  incomplete_ += ".incomplete";
  descriptor_ =
      open(incomplete_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0) Fail("open");
  HashWhatIsThere();
}

PartialBlob::~PartialBlob() {
  if (descriptor_ >= 0) close(descriptor_);
}

void PartialBlob::Fail(const char* doing) {
  const int error = errno;
  const bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw Error(
      "cannot {} {}: {}{}", doing, incomplete_.string(), strerror(error),
      is_full ? "; free some space and pull again, it goes on from here" : "");
}

void PartialBlob::HashWhatIsThere() {
  std::vector<char> chunk(kChunkBytes);
  for (;;) {
    const ssize_t got = read(descriptor_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Fail("read");
    if (got == 0) return;
    size_ += got;
    if (size_ > file_.size) return Restart();  // it was never this file
    digest_.Update({chunk.data(), static_cast<size_t>(got)});
  }
}

void PartialBlob::Append(std::string_view bytes) {
  if (static_cast<int64_t>(bytes.size()) > file_.size - size_) {
    throw Error(
        "the hub sends more of {} than the {} bytes it lists: try again later, "
        "or another HF_ENDPOINT",
        file_.name, file_.size);
  }
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail("write");
    digest_.Update(bytes.substr(0, static_cast<size_t>(written)));
    size_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void PartialBlob::Restart() {
  if (ftruncate(descriptor_, 0) != 0) Fail("empty");
  size_ = 0;
  digest_ = HubDigest(file_);
}

void PartialBlob::Commit() {
  assert(full());
  if (!digest_.Matches()) {
    unlink(incomplete_.c_str());
    throw Error(
        "{} did not arrive as the hub lists it (its hash differs), so it was "
        "thrown away: pull again",
        file_.name);
  }
  if (fsync(descriptor_) != 0 ||
      rename(incomplete_.c_str(), path_.c_str()) != 0) {
    Fail("save");
  }
  base::SyncDirectory(path_.parent_path());
}

}  // namespace artspeak::exchange
