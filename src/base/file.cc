#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"

namespace artspeak::base {

namespace fs = std::filesystem;

namespace {

constexpr size_t kBufferBytes = 1 << 20;

[[noreturn]] void Fail(const char* doing, const fs::path& path, int error) {
  const char* advice = "";
  if (error == ENOSPC || error == EDQUOT) {
    advice = "; free some space and run again, nothing that was saved is lost";
  }
  throw Error("cannot {} {}: {}{}", doing, path.string(), strerror(error),
              advice);
}

// An open file descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags)
      : fd_(open(path.c_str(), flags | O_CLOEXEC)) {
    if (fd_ < 0) Fail("open", path, errno);
  }
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// The size of a regular file; anything else has none.
size_t SizeOf(int descriptor, const fs::path& path) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) Fail("read", path, errno);
  if (S_ISDIR(status.st_mode)) Fail("read", path, EISDIR);
  return static_cast<size_t>(status.st_size);
}

void WriteAll(int descriptor, const char* data, size_t bytes,
              const fs::path& path) {
  while (bytes > 0) {
    const ssize_t written = write(descriptor, data, bytes);
    if (written < 0) {
      if (errno == EINTR) continue;
      Fail("write", path, errno);
    }
    data += written;
    bytes -= static_cast<size_t>(written);
  }
}

fs::path ParentOf(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

std::string ReadFile(const fs::path& path) {
  Descriptor file(path, O_RDONLY);
  std::string content;
  content.reserve(SizeOf(file.get(), path));
  // Reads to the end rather than to the size: /proc and pipes report zero.
  char chunk[1 << 16];
  for (;;) {
    const ssize_t got = read(file.get(), chunk, sizeof chunk);
    if (got < 0) {
      if (errno == EINTR) continue;
      Fail("read", path, errno);
    }
    if (got == 0) return content;
    content.append(chunk, static_cast<size_t>(got));
  }
}

void WriteFileAtomically(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.Write(content);
  file.Commit();
}

void MakeDirectories(const fs::path& directory) {
  std::error_code fault;
  std::vector<fs::path> missing;  // the innermost first
  for (fs::path at = directory; !at.empty() && !fs::exists(at, fault);
       at = at.parent_path()) {
    missing.push_back(at);
  }
  fs::create_directories(directory, fault);
  // A file of that name may pass for success.
  std::error_code ignored;
  if (!fault && !fs::is_directory(directory, ignored)) {
    fault = std::make_error_code(std::errc::not_a_directory);
  }
  if (fault) {
    throw Error("cannot make the folder {}: {}", directory.string(),
                fault.message());
  }
  for (const fs::path& made : missing) {
    // One may write into a folder that one cannot read, and so not sync it.
    const int above =
        open(ParentOf(made).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0) continue;
    const int error = fsync(above) == 0 ? 0 : errno;
    close(above);
    if (error != 0) Fail("save", ParentOf(made), error);
  }
}

void SyncFile(const fs::path& path) {
  Descriptor file(path, O_RDONLY);
  if (fsync(file.get()) != 0) Fail("save", path, errno);
}

void SyncDirectory(const fs::path& directory) {
  Descriptor file(directory, O_RDONLY | O_DIRECTORY);
  if (fsync(file.get()) != 0) Fail("save", directory, errno);
}

void ReplaceLinkAtomically(const fs::path& target, const fs::path& link) {
  fs::path temporary = link;
  temporary += fs::path("." + std::to_string(getpid()) + ".tmp");
  unlink(temporary.c_str());
  if (symlink(target.c_str(), temporary.c_str()) != 0) {
    Fail("make the link", temporary, errno);
  }
  if (rename(temporary.c_str(), link.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    Fail("replace the link", link, error);
  }
  SyncDirectory(ParentOf(link));
}

FileLock::FileLock(const fs::path& path)
    : descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) Fail("open", path, errno);
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    char holder[16] = {};
    const ssize_t got = pread(descriptor_, holder, sizeof holder - 1, 0);
    close(descriptor_);
    if (error != EWOULDBLOCK) Fail("lock", path, error);
    const std::string process =
        got > 0 && strspn(holder, "0123456789") == static_cast<size_t>(got)
            ? std::string(holder)
            : "";
    throw Error("{} is in use by another artspeak{}: stop it first{}",
                ParentOf(path).string(),
                process.empty() ? "" : ", process " + process,
                process.empty() ? "" : " (kill " + process + ")");
  }
  // To tell others; on a full disk they are only refused.
  const std::string process = std::to_string(getpid());
  [[maybe_unused]] const bool told =
      ftruncate(descriptor_, 0) == 0 &&
      pwrite(descriptor_, process.data(), process.size(), 0) > 0;
}

FileLock::~FileLock() { close(descriptor_); }

AtomicFile::AtomicFile(const fs::path& path) : path_(path) {
  temporary_ = path;
  temporary_ += fs::path("." + std::to_string(getpid()) + ".tmp");
  descriptor_ =
      open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) Fail("create", temporary_, errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

void AtomicFile::Write(const void* data, size_t bytes) {
  if (buffer_.size() + bytes > kBufferBytes) Flush();
  if (bytes > kBufferBytes) {
    WriteAll(descriptor_, static_cast<const char*>(data), bytes, path_);
  } else {
    buffer_.append(static_cast<const char*>(data), bytes);
  }
}

void AtomicFile::Flush() {
  WriteAll(descriptor_, buffer_.data(), buffer_.size(), path_);
  buffer_.clear();
}

void AtomicFile::Commit() {
  Flush();
  if (fsync(descriptor_) != 0) Fail("save", path_, errno);
  const int descriptor = std::exchange(descriptor_, -1);
  if (close(descriptor) != 0 ||
      rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    unlink(temporary_.c_str());
    Fail("save", path_, error);
  }
  SyncDirectory(ParentOf(path_));
}

InputFile::InputFile(const fs::path& path)
    : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) Fail("open", path, errno);
  try {
    size_ = SizeOf(descriptor_, path);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

InputFile::~InputFile() { close(descriptor_); }

size_t InputFile::Read(void* data, size_t bytes) {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        read(descriptor_, static_cast<char*>(data) + done, bytes - done);
    if (got < 0) {
      if (errno == EINTR) continue;
      Fail("read", path_, errno);
    }
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

MappedFile::MappedFile(const fs::path& path) {
  Descriptor file(path, O_RDONLY);
  size_ = SizeOf(file.get(), path);
  if (size_ == 0) return;
  void* data = mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(), 0);
  if (data == MAP_FAILED) Fail("map", path, errno);
  data_ = static_cast<const std::byte*>(data);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void ForgetMapped(std::span<const std::byte> bytes) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data());
  // The page at the end may hold what is still to be read, the one at the
  // beginning no more than what came before.
  const uintptr_t first = begin / page * page;
  const uintptr_t last = (begin + bytes.size()) / page * page;
  if (first < last) {
    madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
}

}  // namespace artspeak::base
