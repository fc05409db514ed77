// A disk that fails, or loses its power, at a chosen moment: preloaded into a
// program (LD_PRELOAD), it stands before the calls that change a disk. Read by
// tests/faults/disk_test.cc, which says what the variables mean.
//
// Only calls on what lies in the present folder count. Each is one operation,
// numbered from 1.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace {

template <typename Function>
Function* Real(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

#define REAL(name) Real(&::name, #name)

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Entry {
  ino_t inode = 0;
  mode_t mode = 0;
  std::string target;  // of a link
};
using Listing = std::map<std::string, Entry>;

Listing List(const std::string& folder) {
  Listing listing;
  DIR* directory = opendir(folder.c_str());
  if (directory == nullptr) return listing;
  while (const dirent* entry = readdir(directory)) {
    const std::string name = entry->d_name;
    struct stat status;
    const std::string path = folder + "/" + name;
    if (name == "." || name == ".." || lstat(path.c_str(), &status) != 0) {
      continue;
    }
    Entry& listed = listing[name];
    listed = {status.st_ino, status.st_mode, {}};
    char target[4096];
    const ssize_t size = readlink(path.c_str(), target, sizeof target);
    if (size > 0) listed.target.assign(target, static_cast<size_t>(size));
  }
  closedir(directory);
  return listing;
}

std::string Content(const std::string& path) {
  std::string content;
  const int file = REAL(open)(path.c_str(), O_RDONLY | O_CLOEXEC);
  char chunk[1 << 16];
  for (ssize_t got; (got = read(file, chunk, sizeof chunk)) > 0;) {
    content.append(chunk, static_cast<size_t>(got));
  }
  close(file);
  return content;
}

class Disk {
 public:
  Disk() {
    char folder[4096];
    if (getcwd(folder, sizeof folder) != nullptr) root_ = folder;
    trace_ = Variable("DISK_TRACE");
    at_ = std::strtoll(Variable("DISK_AT").c_str(), nullptr, 10);
    then_ = Variable("DISK_THEN");
    image_ = Variable("DISK_IMAGE");
    names_ = std::strtoull(Variable("DISK_NAMES").c_str(), nullptr, 10);
    if (!image_.empty()) Settle(root_);
  }

  // True: the call fails, with errno set.
  bool Fails(std::string_view call, const std::string& path) {
    if (!path.starts_with(root_ + "/")) return false;
    const std::lock_guard lock(mutex_);
    ++operation_;
    if (!trace_.empty()) {
      const std::string line =
          std::string(call) + " " + path.substr(root_.size() + 1) + "\n";
      const int file = REAL(open)(
          trace_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
      [[maybe_unused]] const ssize_t written =
          REAL(write)(file, line.data(), line.size());
      close(file);
    }
    if (at_ == 0 || operation_ < at_) return false;
    if (then_ == "die") {
      if (!image_.empty()) Recover(root_, image_);
      kill(getpid(), SIGKILL);
    }
    // A full disk stays so; a broken place of it is met once.
    if (then_ == "full" && call == "write") {
      errno = ENOSPC;
      return true;
    }
    if (then_ == "break" && operation_ == at_) {
      errno = EIO;
      return true;
    }
    return false;
  }

  void IsNew(const std::string& path) {
    struct stat status;
    const std::lock_guard lock(mutex_);
    if (image_.empty() || lstat(path.c_str(), &status) != 0) return;
    if (status.st_size == 0) files_.erase(status.st_ino);
    if (S_ISDIR(status.st_mode)) folders_.erase(status.st_ino);
  }

  void IsSynced(const std::string& path) {
    struct stat status;
    const std::lock_guard lock(mutex_);
    if (image_.empty() || stat(path.c_str(), &status) != 0) return;
    if (S_ISDIR(status.st_mode)) {
      folders_[status.st_ino] = List(path);
    } else {
      files_[status.st_ino] = Content(path);
    }
  }

 private:
  // What is there when the program starts is durable.
  void Settle(const std::string& folder) {
    struct stat status;
    if (stat(folder.c_str(), &status) != 0) return;
    const Listing listing = List(folder);
    folders_[status.st_ino] = listing;
    for (const auto& [name, entry] : listing) {
      const std::string path = folder + "/" + name;
      if (S_ISDIR(entry.mode)) Settle(path);
      if (S_ISREG(entry.mode)) files_[entry.inode] = Content(path);
    }
  }

  // Writes what the folder is after the power cut: of a file the bytes that
  // were synced, of a folder the names that were, or by a coin those that it
  // had at last: a disk may have written more than it was asked to.
  void Recover(const std::string& folder, const std::string& to) {
    struct stat status;
    if (stat(folder.c_str(), &status) != 0) return;
    RecoverFolder(status.st_ino, to, CurrentFolders(folder));
  }

  std::map<ino_t, Listing> CurrentFolders(const std::string& folder) {
    std::map<ino_t, Listing> current;
    struct stat status;
    if (stat(folder.c_str(), &status) != 0) return current;
    current[status.st_ino] = List(folder);
    for (const auto& [name, entry] : current[status.st_ino]) {
      if (!S_ISDIR(entry.mode)) continue;
      current.merge(CurrentFolders(folder + "/" + name));
    }
    return current;
  }

  void RecoverFolder(ino_t inode, const std::string& to,
                     const std::map<ino_t, Listing>& current) {
    REAL(mkdir)(to.c_str(), 0755);
    names_ = names_ * 6364136223846793005u + 1442695040888963407u;
    const bool newest = names_ >> 63 != 0 && current.contains(inode);
    const Listing& listing = newest ? current.at(inode) : folders_[inode];
    for (const auto& [name, entry] : listing) {
      const std::string path = to + "/" + name;
      if (S_ISDIR(entry.mode)) RecoverFolder(entry.inode, path, current);
      if (S_ISLNK(entry.mode)) {
        REAL(symlink)(entry.target.c_str(), path.c_str());
      }
      if (S_ISREG(entry.mode)) {
        const std::string& content = files_[entry.inode];
        const int file = REAL(open)(path.c_str(), O_WRONLY | O_CREAT, 0644);
        [[maybe_unused]] const ssize_t written =
            REAL(write)(file, content.data(), content.size());
        close(file);
      }
    }
  }

  std::mutex mutex_;
  std::string root_, trace_, then_, image_;
  long long at_ = 0, operation_ = 0;
  unsigned long long names_ = 0;
  std::map<ino_t, std::string> files_;  // synced bytes
  std::map<ino_t, Listing> folders_;    // synced names
};

Disk& TheDisk() {
  static Disk disk;
  return disk;
}

std::string Absolute(const char* path) {
  if (path[0] == '/') return path;
  char folder[4096];
  return getcwd(folder, sizeof folder) == nullptr
             ? std::string(path)
             : std::string(folder) + "/" + path;
}

std::string PathOf(int descriptor) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  return size < 0 ? "" : std::string(path, static_cast<size_t>(size));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    if (TheDisk().Fails("create", Absolute(path))) return -1;
  }
  const int file = REAL(open)(path, flags, mode);
  if (file >= 0 && (flags & O_CREAT) != 0) TheDisk().IsNew(Absolute(path));
  return file;
}

ssize_t write(int descriptor, const void* data, size_t bytes) {
  // The program's errors and answers are no part of the disk.
  if (descriptor > STDERR_FILENO &&
      TheDisk().Fails("write", PathOf(descriptor))) {
    return -1;
  }
  return REAL(write)(descriptor, data, bytes);
}

int fsync(int descriptor) {
  const std::string path = PathOf(descriptor);
  if (TheDisk().Fails("fsync", path)) return -1;
  const int status = REAL(fsync)(descriptor);
  if (status == 0) TheDisk().IsSynced(path);
  return status;
}

int rename(const char* from, const char* to) noexcept {
  if (TheDisk().Fails("rename", Absolute(to))) return -1;
  return REAL(rename)(from, to);
}

int symlink(const char* target, const char* link) noexcept {
  if (TheDisk().Fails("symlink", Absolute(link))) return -1;
  return REAL(symlink)(target, link);
}

int mkdir(const char* path, mode_t mode) noexcept {
  if (TheDisk().Fails("mkdir", Absolute(path))) return -1;
  const int status = REAL(mkdir)(path, mode);
  if (status == 0) TheDisk().IsNew(Absolute(path));
  return status;
}

}  // extern "C"
