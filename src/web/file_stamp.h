// Has a file changed since it was read?
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace artspeak::web {

// Time, size and identity: an editor that replaces a file within one tick of
// the clock still changes the identity.
struct FileStamp {
  int64_t seconds = 0;
  int64_t nanoseconds = 0;
  int64_t size = 0;
  uint64_t inode = 0;

  bool operator==(const FileStamp&) const = default;
};

// Nothing unless `path` is a regular file (or a link to one): a pipe or a
// device would never end.
std::optional<FileStamp> StampOf(const std::filesystem::path& path);

}  // namespace artspeak::web
