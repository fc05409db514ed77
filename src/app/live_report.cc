#include "app/live_report.h"

#include <future>
#include <string_view>
#include <utility>

#include "base/thread_priority.h"

namespace artspeak::app {

namespace {

constexpr const char* kRefreshSeconds = "5";

constexpr const char* kNothingYet =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
    "<title>artspeak</title></head><body><p>The training has not begun yet."
    "</p></body></html>\n";

// A thread inherits the priority of the one that starts it.
std::unique_ptr<net::HttpServer> Serve(int port,
                                       net::HttpServer::Handler handler) {
  return std::async(std::launch::async,
                    [&] {
                      base::LowerThreadPriority();
                      return std::make_unique<net::HttpServer>(
                          net::HttpServer::Options{
                              .port = port,
                              .threads = 1,
                              .max_body = 0,
                              .max_connections = 16,
                              .drain_deadline = std::chrono::milliseconds(500)},
                          std::move(handler));
                    })
      .get();
}

net::Response Plain(int status) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::string(net::StatusText(status)) + "\n"};
}

// True for this machine's own names, with any port. Another name that leads
// here is a foreign page's, which must not read the report (DNS rebinding).
bool IsOwnHost(std::string_view host) {
  host = host.substr(0, host.find(':'));
  return host == "127.0.0.1" || host == "localhost";
}

}  // namespace

LiveReport::LiveReport(int port) : page_(kNothingYet) {
  server_ = Serve(
      port, [this](const net::Request& request) { return Answer(request); });
}

void LiveReport::Show(std::string page) {
  std::lock_guard lock(mutex_);
  page_ = std::move(page);
}

net::Response LiveReport::Answer(const net::Request& request) {
  const std::string* host = request.Find("Host");
  if (host == nullptr || !IsOwnHost(*host)) return Plain(421);
  if (request.path != "/") return Plain(404);
  if (request.method != "GET") {
    net::Response refused = Plain(405);
    refused.headers.push_back({"Allow", "GET, HEAD"});
    return refused;
  }
  net::Response response = {
      .headers = {{"Content-Type", "text/html; charset=utf-8"},
                  {"Cache-Control", "no-store"},
                  {"X-Content-Type-Options", "nosniff"},
                  {"Refresh", kRefreshSeconds}},
      .body = {}};
  std::lock_guard lock(mutex_);
  response.body = page_;
  return response;
}

}  // namespace artspeak::app
