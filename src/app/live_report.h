// A run's report in a browser while it trains: http://127.0.0.1:PORT/.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "net/http_server.h"

namespace artspeak::app {

// Serves the newest page to GET / from construction to destruction, on threads
// of low priority, and has the browser ask again every few seconds. Answers 421
// to a Host other than 127.0.0.1 and localhost.
// Thread-safe.
class LiveReport {
 public:
  // port: 0 is a free one. Throws Error when it cannot be had.
  explicit LiveReport(int port);
  LiveReport(const LiveReport&) = delete;
  LiveReport& operator=(const LiveReport&) = delete;

  int port() const { return server_->port(); }
  void Show(std::string page);

 private:
  net::Response Answer(const net::Request& request);

  std::mutex mutex_;  // guards page_
  std::string page_;
  std::unique_ptr<net::HttpServer> server_;  // last: it ends first
};

}  // namespace artspeak::app
