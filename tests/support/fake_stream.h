// A client that reads an answer while it is made.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "net/response_stream.h"

namespace artspeak::testing {

// Thread-safe.
class FakeStream : public net::ResponseStream {
 public:
  bool Write(std::string_view bytes) override {
    std::lock_guard lock(mutex_);
    if (gone_ || ended_) return false;
    written_ += bytes;
    changed_.notify_all();
    return true;
  }
  void SetStatus(int status) override {
    std::lock_guard lock(mutex_);
    if (written_.empty()) status_ = status;
  }
  void End() override {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  // The client goes.
  void Leave() {
    std::lock_guard lock(mutex_);
    gone_ = true;
  }

  std::string written() const {
    std::lock_guard lock(mutex_);
    return written_;
  }
  std::string TakeWritten() {
    std::lock_guard lock(mutex_);
    return std::exchange(written_, {});
  }
  int status() const {
    std::lock_guard lock(mutex_);
    return status_;
  }
  bool ended() const {
    std::lock_guard lock(mutex_);
    return ended_;
  }

  void WaitForText() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !written_.empty(); });
  }
  void WaitForEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_; });
  }

 private:
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int status_ = 200;
  std::string written_;
  bool gone_ = false;
  bool ended_ = false;
};

}  // namespace artspeak::testing
