#include "base/busy_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace artspeak::base {

namespace fs = std::filesystem;

namespace {

// The folder may be anyone's to write in: no link is followed, and opening what
// is no file does not wait.
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

[[noreturn]] void Fail(const char* what, const fs::path& path, int error) {
  throw Error("cannot {} {}: {}", what, path.string(), std::strerror(error));
}

// Of the whole file.
struct flock Lock(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

int OpenOrMake(const fs::path& path) {
  // Not by O_CREAT alone, which the kernel refuses in a folder such as /dev/shm
  // when the file is another user's (fs.protected_regular).
  int descriptor = open(path.c_str(), kFlags);
  if (descriptor < 0 && errno == ENOENT) {
    descriptor = open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0644);
    if (descriptor >= 0) fchmod(descriptor, 0644);  // whatever the umask
    // Another process was first.
    if (descriptor < 0 && errno == EEXIST) {
      descriptor = open(path.c_str(), kFlags);
    }
  }
  return descriptor;
}

}  // namespace

BusyFile::BusyFile(fs::path path) : path_(std::move(path)) {}

BusyFile::~BusyFile() { Release(); }

void BusyFile::Hold() {
  if (descriptor_ >= 0) return;
  const int descriptor = OpenOrMake(path_);
  if (descriptor < 0) Fail("make", path_, errno);
  struct flock lock = Lock(F_RDLCK);
  if (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    const int error = errno;
    close(descriptor);
    Fail("lock", path_, error);
  }
  descriptor_ = descriptor;
}

void BusyFile::Release() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  descriptor_ = -1;
}

bool IsHeld(const fs::path& path) {
  const int descriptor = open(path.c_str(), kFlags);
  if (descriptor < 0) {
    const int error = errno;
    std::error_code none;
    if (error == ENOENT && fs::exists(fs::absolute(path).parent_path(), none)) {
      return false;
    }
    Fail("read", path, error);
  }
  // The lock that would be refused while anyone holds his; asking takes none.
  struct flock lock = Lock(F_WRLCK);
  const int answer = fcntl(descriptor, F_OFD_GETLK, &lock);
  const int error = errno;
  close(descriptor);
  if (answer != 0) Fail("ask for locks of", path, error);
  return lock.l_type != F_UNLCK;
}

}  // namespace artspeak::base
