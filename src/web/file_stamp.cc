#include "web/file_stamp.h"

#include <sys/stat.h>

namespace artspeak::web {

std::optional<FileStamp> StampOf(const std::filesystem::path& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return FileStamp{status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                   status.st_size, status.st_ino};
}

}  // namespace artspeak::web
