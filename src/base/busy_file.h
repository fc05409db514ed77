// How a process tells the others of its machine that it does something which
// they are to give way to.
#pragma once

#include <filesystem>

namespace artspeak::base {

// A shared lock on an empty file, so any number of processes may hold it, and
// the kernel releases it however its holder ends. Those who ask take no lock:
// nobody ever waits for them, however rarely they get to run. (fcntl's locks of
// open file descriptions, as fcntl(2) has them: Linux.) Not thread-safe.
class BusyFile {
 public:
  explicit BusyFile(std::filesystem::path path);
  ~BusyFile();  // releases
  BusyFile(const BusyFile&) = delete;
  BusyFile& operator=(const BusyFile&) = delete;

  // Makes the file where it is missing, readable by every user of the machine.
  // Does not wait. Throws Error where it cannot be made, read or locked.
  void Hold();
  void Release();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;  // of the file while it is held
};

// Whether any process holds the file, this one included. No file: nobody does.
// Some microseconds. Throws Error where the file cannot be read, or its folder
// is not there.
bool IsHeld(const std::filesystem::path& path);

}  // namespace artspeak::base
