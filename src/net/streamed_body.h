// The body of an answer between those who write it and the connection that
// sends it.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "net/response_stream.h"

namespace artspeak::net {

// Writers may be on any thread; Take and Close belong to the connection's.
class StreamedBody : public ResponseStream {
 public:
  struct Options {
    bool chunked = true;    // else the connection's close ends the body
    size_t max_unsent = 0;  // bytes, framing included
  };

  // `wake` asks the connection to Take: called by a writer, under the lock, so
  // it only posts. Never called after Close.
  StreamedBody(Options options, std::function<void()> wake);

  bool Write(std::string_view bytes) override;
  void SetStatus(int status) override;
  void SetMaxUnsent(size_t bytes) override;
  void End() override;

  struct Piece {
    std::string bytes;      // to send now; empty: nothing waits
    bool finished = false;  // with no bytes: close
    int status = 0;         // that was set, if any
  };
  // Called again when the piece before was sent, which counts as unsent so far.
  Piece Take();

  // Refuses all further writing.
  void Close();

 private:
  void Wake();  // holds mutex_

  std::mutex mutex_;  // guards all below
  Options options_;
  std::function<void()> wake_;
  int status_ = 0;
  bool written_ = false;  // anything
  std::string waiting_;
  size_t taken_ = 0;       // bytes of the piece on its way
  bool awake_ = false;     // wake_ was called and Take was not
  bool finished_ = false;  // no writing any more
};

}  // namespace artspeak::net
