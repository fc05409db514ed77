// A disk that is full: no file can grow beyond a size.
#pragma once

#include <signal.h>
#include <sys/resource.h>

namespace artspeak::testing {

// While it lives, no write of this process goes beyond `bytes` in any file: it
// fails as on a full disk (EFBIG in place of ENOSPC). One at a time.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace artspeak::testing
