// Files: whole reads, memory maps, and writes that either happen or do not.
// Every function throws Error with the path and the system's reason.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace artspeak::base {

std::string ReadFile(const std::filesystem::path& path);

// Replaces `path` whole: after a crash or a full disk the old content stands.
void WriteFileAtomically(const std::filesystem::path& path,
                         std::string_view content);

// Makes the folder, and those above it, where they are missing; their names are
// durable where the folders above can be read.
void MakeDirectories(const std::filesystem::path& directory);

// Makes what was written to the file so far durable (fsync).
void SyncFile(const std::filesystem::path& path);

// Makes the names in `directory` durable (fsync of the folder itself).
void SyncDirectory(const std::filesystem::path& directory);

// Points the symbolic link `link` at `target` in one step, replacing an older
// link.
void ReplaceLinkAtomically(const std::filesystem::path& target,
                           const std::filesystem::path& link);

// Holds a lock file for as long as it lives, so that two processes never work
// in one folder. Throws Error, naming the folder and the process, when another
// one holds it. What is locked is the file, not its name or its content, so a
// process that died holds nothing.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

// Writes a new file beside `path` and moves it there at Commit. Without Commit
// nothing changes. Not thread-safe.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void Write(const void* data, size_t bytes);
  void Write(std::string_view text) { Write(text.data(), text.size()); }
  void Commit();  // flushes to the disk, then renames

 private:
  void Flush();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::string buffer_;
  int descriptor_ = -1;
};

// Reads a file from front to back, so that no more of it is in memory than was
// asked for. Not thread-safe.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  size_t size() const { return size_; }  // bytes, when it was opened
  // The next bytes; returns how many there were, fewer only at the end.
  size_t Read(void* data, size_t bytes);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  size_t size_ = 0;
};

// A whole file as read-only memory, shared between processes. Movable.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// Lets go of the memory that a part of a MappedFile, already read, takes in
// this process. What is read there again comes from the file.
void ForgetMapped(std::span<const std::byte> bytes);

}  // namespace artspeak::base
