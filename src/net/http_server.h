// An HTTP/1.1 server without TLS: behind nginx, or on loopback.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "net/http_message.h"

namespace artspeak::net {

// Listens from construction to destruction. One thread does the I/O, `threads`
// others run the handler, so a slow handler stalls neither accepting nor other
// connections. Answers that are ready do without them.
//
// Refused before the handler sees them, and the connection closed: malformed
// requests and targets (400), more than 8 KiB of headers (431), a body above
// max_body (413), any Transfer-Encoding (501), an Expect other than
// 100-continue (417), another version than 1.1 and 1.0 (505), connections above
// max_connections (503). After an answer to HTTP/1.0 the connection closes.
// Whoever is slower than a deadline is cut off. An
// exception of the handler is logged and answered 500 without details.
//
// An answer may go on as a stream (Response::stream): it is the last of its
// connection, and has no deadline but for what was written and does not leave.
class HttpServer {
 public:
  // Called from several threads at once.
  using Handler = std::function<Response(const Request&)>;

  // An answer that is ready, or null to ask the handler. Called on the I/O
  // thread for every request: it waits for nothing.
  using ReadyAnswers =
      std::function<std::shared_ptr<const Response>(const Request&)>;

  struct Options {
    std::string address = "127.0.0.1";
    int port = 0;  // 0: a free one
    int threads = 2;
    size_t max_body = 16384;  // bytes
    int max_connections = 512;
    // Each for one whole step, however slowly its bytes drip.
    std::chrono::milliseconds header_deadline{10'000};
    std::chrono::milliseconds body_deadline{20'000};
    std::chrono::milliseconds write_deadline{30'000};
    size_t max_unsent = 256 << 10;  // bytes of a stream, for a slow client
    std::chrono::milliseconds idle_deadline{60'000};  // between two requests
    std::chrono::milliseconds drain_deadline{5'000};  // at destruction
  };

  // Throws Error when the address cannot be had: "port 8080 is in use: …".
  HttpServer(Options options, Handler handler, ReadyAnswers ready = nullptr);

  // Stops accepting, lets requests in flight finish until drain_deadline, then
  // closes what is left and joins. A running handler is always waited for. A
  // stream is in flight until its owner ends it, and may outlive the server.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  std::string url() const;  // "http://127.0.0.1:8080/"

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::net
