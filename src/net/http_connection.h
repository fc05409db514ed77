// One client of an HttpServer, and what all its clients share. Nobody but the
// server includes this.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "net/http_message.h"
#include "net/http_server.h"
#include "net/response_head.h"
#include "net/streamed_body.h"

namespace artspeak::net {

class HttpConnection;

// All but the handlers runs on the one I/O thread, which alone touches the
// connections and `stopping`.
struct HttpServerState {
  HttpServerState(HttpServer::Options given, HttpServer::Handler answer,
                  HttpServer::ReadyAnswers answers)
      : options(std::move(given)),
        handler(std::move(answer)),
        ready(std::move(answers)) {}

  HttpServer::Options options;
  HttpServer::Handler handler;
  HttpServer::ReadyAnswers ready;
  boost::asio::io_context io{1};
  std::unordered_set<HttpConnection*> connections;
  bool stopping = false;
  std::function<void()> on_all_gone;    // while stopping
  std::atomic<bool> abandoned = false;  // handlers not begun are not worth it
  boost::asio::thread_pool handlers{
      static_cast<size_t>(std::max(1, options.threads))};
};

// "text/plain", a line of it.
Response PlainResponse(int status, std::string_view sentence);

// It keeps itself alive by the operation it waits for; with none left, it ends.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpServerState& server, boost::asio::ip::tcp::socket socket);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void Start();

  // Answers although the request was not read to its end.
  void Refuse(Response response);

  // Ends now when nothing was asked, else after the answer.
  void Drain();
  void Close();

 private:
  using Error = boost::beast::error_code;

  template <typename Member>
  auto Bind(Member member);  // to this, which it keeps alive

  void WaitForRequest(std::chrono::milliseconds deadline);
  void OnFirstBytes(Error error, size_t bytes);
  void ReadHeader();
  void OnHeader(Error error, size_t);
  void OnContinue(Error error, size_t);
  void ReadBody();
  void OnBody(Error error, size_t);
  void Fail(const Error& error);

  void Answer(Request request);
  std::shared_ptr<const Response> FindReady(const Request& request);
  // Runs the handler on its own threads; the guard keeps the I/O thread until
  // its answer came back.
  void AskHandler(Request request);
  Response Handle(const Request& request);

  void Send(std::shared_ptr<const Response> response);
  void OnSent(Error error, size_t);
  // Throws away what the client still sends, until it has seen the answer.
  void Linger();
  void DiscardSome();
  void OnDiscarded(Error error, size_t bytes);

  void OnHeadSent(Error error, size_t);
  // The read that waits throughout keeps the connection, and sees the client
  // go.
  void BeginStream(const Response& response);
  void SendMore();
  void OnMoreSent(Error error, size_t);
  // As Linger, with the read that already waits: it is made to end.
  void EndStream();

  HttpServerState& server_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::string remote_address_;
  std::optional<
      boost::beast::http::request_parser<boost::beast::http::string_body>>
      parser_;
  std::optional<boost::beast::http::response<boost::beast::http::empty_body>>
      continue_;
  std::shared_ptr<const Response> response_;  // on its way
  std::optional<HeadOptions> waiting_head_;   // of response_
  std::shared_ptr<StreamedBody> body_;
  std::string sending_;  // response_'s head, or a piece of body_
  size_t discarded_ = 0;
  bool head_ = false;
  bool old_ = false;  // HTTP/1.0
  bool idle_ = false;
  bool close_ = false;
  bool unread_ = false;
  bool ending_ = false;  // the stream was sent
};

}  // namespace artspeak::net
