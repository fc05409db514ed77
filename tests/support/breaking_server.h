// A small HTTP server on loopback whose connections break where a test wants
// it. For rooms that include net.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "net/http_message.h"

namespace artspeak::testing {

// What to send, and where to break off.
struct ServerAnswer {
  net::Response response = {};
  std::optional<size_t> bytes_before_break = {};  // of the body
  std::function<void()> at_break = {};  // called before the connection closes
};

// One connection after the other, one request each. The handler runs in the
// server's thread.
class BreakingServer {
 public:
  using Handler = std::function<ServerAnswer(const net::Request&)>;

  explicit BreakingServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) !=
            0) {
      throw std::runtime_error("no port to listen at");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Serve(); });
  }
  ~BreakingServer() {
    shutdown(listener_, SHUT_RDWR);  // wakes accept
    thread_.join();
    close(listener_);
  }
  BreakingServer(const BreakingServer&) = delete;
  BreakingServer& operator=(const BreakingServer&) = delete;

  std::string origin() const {
    return "http://127.0.0.1:" + std::to_string(port_);
  }

 private:
  void Serve() {
    for (;;) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      if (const auto request = ReadRequest(connection)) {
        Send(connection, handler_(*request));
      }
      close(connection);
    }
  }

  // Its target and headers; nothing when the client went away.
  static std::optional<net::Request> ReadRequest(int connection) {
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
      char chunk[4096];
      const ssize_t got = recv(connection, chunk, sizeof chunk, 0);
      if (got <= 0) return std::nullopt;
      text.append(chunk, static_cast<size_t>(got));
    }
    net::Request request;
    const size_t target = text.find(' ') + 1;
    request.target = text.substr(target, text.find(' ', target) - target);
    for (size_t at = text.find("\r\n") + 2; text.compare(at, 2, "\r\n") != 0;) {
      const size_t colon = text.find(": ", at);
      const size_t end = text.find("\r\n", at);
      request.headers.push_back({text.substr(at, colon - at),
                                 text.substr(colon + 2, end - colon - 2)});
      at = end + 2;
    }
    return request;
  }

  static void Send(int connection, const ServerAnswer& answer) {
    const net::Response& response = answer.response;
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " x\r\n";
    for (const net::Header& header : response.headers) {
      text += header.name + ": " + header.value + "\r\n";
    }
    text += "Content-Length: " + std::to_string(response.body.size()) +
            "\r\nConnection: close\r\n\r\n" +
            response.body.substr(
                0, answer.bytes_before_break.value_or(response.body.size()));
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t sent =
          send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      rest.remove_prefix(static_cast<size_t>(sent));
    }
    if (answer.at_break) answer.at_break();
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace artspeak::testing
