// Where the rest of an answer goes while it is being made.
#pragma once

#include <cstddef>
#include <string_view>

namespace artspeak::net {

// Thread-safe. Neither call ever blocks, and both do nothing once the client is
// gone. Who drops a stream without ending it leaves the client waiting.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;

  // False: it will not arrive, since the client is gone or the stream ended, or
  // since so much waits for a slow client that it was just cut off.
  virtual bool Write(std::string_view bytes) = 0;

  // In place of the response's status, where its head waits (Response). Has no
  // effect once anything was written.
  virtual void SetStatus(int /*status*/) {}

  // Lets so many bytes wait for a slow client, in place of what the server
  // lets: for an answer whose length is known to be bounded.
  virtual void SetMaxUnsent(size_t /*bytes*/) {}

  // The answer is whole: closes the connection after what was written.
  virtual void End() = 0;
};

}  // namespace artspeak::net
