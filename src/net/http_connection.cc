#include "net/http_connection.h"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <exception>
#include <utility>

#include "base/log.h"
#include "net/request_target.h"

namespace artspeak::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr uint32_t kMaxHeaderBytes = 8192;
// Holds a whole header and a piece of a body.
constexpr size_t kBufferBytes = kMaxHeaderBytes + 8192;
// A refused client may still be sending: what it sends is thrown away for a
// moment, or the close would destroy the answer on its way (RFC 9112, 9.6).
constexpr milliseconds kLingerDeadline{2'000};
constexpr size_t kMaxLingerBytes = 1 << 20;

// What Beast's parser found wrong, as an answer; nothing when the connection
// itself failed.
std::optional<Response> AnswerTo(const beast::error_code& error) {
  if (error == http::error::body_limit) {
    return PlainResponse(413, "The request is too large.");
  }
  if (error == http::error::header_limit) {
    return PlainResponse(431, "The headers are too large.");
  }
  if (error == http::error::bad_version) {
    return PlainResponse(505, "This server speaks HTTP/1.1.");
  }
  if (error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return std::nullopt;
  }
  if (error.category() ==
      beast::error_code(http::error::bad_method).category()) {
    return PlainResponse(400, "The request is malformed.");
  }
  return std::nullopt;
}

std::chrono::sys_seconds Now() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
}

}  // namespace

Response PlainResponse(int status, std::string_view sentence) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"}},
          std::string(sentence) + "\n"};
}

HttpConnection::HttpConnection(HttpServerState& server, tcp::socket socket)
    : server_(server), stream_(std::move(socket)), buffer_(kBufferBytes) {
  server_.connections.insert(this);
  beast::error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  const auto peer = stream_.socket().remote_endpoint(ignored);
  if (!ignored) remote_address_ = peer.address().to_string();
}

HttpConnection::~HttpConnection() {
  if (body_) body_->Close();
  server_.connections.erase(this);
  if (server_.stopping && server_.connections.empty()) {
    server_.on_all_gone();
  }
}

void HttpConnection::Start() {
  WaitForRequest(server_.options.header_deadline);
}

void HttpConnection::Refuse(Response response) {
  close_ = true;
  unread_ = true;
  Send(std::make_shared<const Response>(std::move(response)));
}

void HttpConnection::Drain() {
  close_ = true;
  if (idle_) Close();
}

void HttpConnection::Close() {
  if (body_) body_->Close();
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.close();
}

template <typename Member>
auto HttpConnection::Bind(Member member) {
  return beast::bind_front_handler(member, this->shared_from_this());
}

void HttpConnection::WaitForRequest(milliseconds deadline) {
  if (buffer_.size() > 0) return ReadHeader();  // pipelined
  idle_ = true;
  stream_.expires_after(deadline);
  stream_.async_read_some(buffer_.prepare(4096),
                          Bind(&HttpConnection::OnFirstBytes));
}

void HttpConnection::OnFirstBytes(beast::error_code error, size_t bytes) {
  idle_ = false;
  if (error) return;  // gone, or idle for too long: nothing to answer
  buffer_.commit(bytes);
  ReadHeader();
}

void HttpConnection::ReadHeader() {
  parser_.emplace();
  parser_->header_limit(kMaxHeaderBytes);
  parser_->body_limit(server_.options.max_body);
  head_ = false;
  stream_.expires_after(server_.options.header_deadline);
  http::async_read_header(stream_, buffer_, *parser_,
                          Bind(&HttpConnection::OnHeader));
}

void HttpConnection::OnHeader(beast::error_code error, size_t) {
  if (error) return Fail(error);
  const auto& message = parser_->get();
  head_ = message.method() == http::verb::head;
  old_ = message.version() == 10;  // nginx's default to its upstream
  if (old_) close_ = true;
  if (!old_ && message.version() != 11) {
    return Refuse(PlainResponse(505, "This server speaks HTTP/1.1."));
  }
  if (message.count(http::field::transfer_encoding) > 0) {
    return Refuse(PlainResponse(
        501, "Send the body with Content-Length, not Transfer-Encoding."));
  }
  if (message.count(http::field::host) != 1) {
    return Refuse(PlainResponse(400, "The request needs one Host header."));
  }
  if (old_ || message.count(http::field::expect) == 0 || parser_->is_done()) {
    return ReadBody();
  }
  if (!beast::iequals(message[http::field::expect], "100-continue")) {
    return Refuse(PlainResponse(417, "Only 100-continue can be expected."));
  }
  continue_.emplace(http::status::continue_, 11);
  stream_.expires_after(server_.options.write_deadline);
  http::async_write(stream_, *continue_, Bind(&HttpConnection::OnContinue));
}

void HttpConnection::OnContinue(beast::error_code error, size_t) {
  if (!error) ReadBody();
}

void HttpConnection::ReadBody() {
  if (parser_->is_done()) return OnBody({}, 0);
  stream_.expires_after(server_.options.body_deadline);
  http::async_read(stream_, buffer_, *parser_, Bind(&HttpConnection::OnBody));
}

void HttpConnection::OnBody(beast::error_code error, size_t) {
  if (error) return Fail(error);
  auto message = parser_->release();
  if (!message.keep_alive()) close_ = true;

  Request request;
  request.target = std::string(message.target());
  auto target = ParseRequestTarget(request.target);
  if (!target) {
    return Refuse(PlainResponse(400, "The address is malformed."));
  }
  request.method = head_ ? "GET" : std::string(message.method_string());
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& field : message) {
    request.headers.push_back(
        {std::string(field.name_string()), std::string(field.value())});
  }
  request.body = std::move(message.body());
  request.remote_address = remote_address_;
  stream_.expires_never();
  Answer(std::move(request));
}

void HttpConnection::Answer(Request request) {
  if (auto response = FindReady(request)) return Send(std::move(response));
  AskHandler(std::move(request));
}

std::shared_ptr<const Response> HttpConnection::FindReady(
    const Request& request) {
  if (!server_.ready) return nullptr;
  try {
    auto response = server_.ready(request);
    if (response && CanBeSent(*response)) return response;
  } catch (const std::exception& error) {
    base::LogError("{} {}: {}", request.method, request.path, error.what());
  }
  return nullptr;  // the handler will say what is wrong
}

void HttpConnection::AskHandler(Request request) {
  asio::post(server_.handlers,
             [self = this->shared_from_this(), request = std::move(request),
              guard = asio::make_work_guard(server_.io)]() mutable {
               auto response = std::make_shared<const Response>(
                   self->server_.abandoned ? Response{503, {}, ""}
                                           : self->Handle(request));
               auto& io = self->server_.io;
               asio::post(io, [self = std::move(self),
                               response = std::move(response)]() mutable {
                 self->Send(std::move(response));
               });
             });
}

Response HttpConnection::Handle(const Request& request) {
  try {
    Response response = server_.handler(request);
    if (CanBeSent(response)) return response;
    base::LogError(
        "{} {}: the answer has a status or header that HTTP does "
        "not allow",
        request.method, request.path);
  } catch (const std::exception& error) {
    base::LogError("{} {}: {}", request.method, request.path, error.what());
  } catch (...) {
    base::LogError("{} {}: unknown exception", request.method, request.path);
  }
  return PlainResponse(500, "Something went wrong here.");
}

void HttpConnection::Send(std::shared_ptr<const Response> response) {
  if (server_.stopping) close_ = true;
  response_ = std::move(response);
  const bool bodiless = response_->status == 204 || response_->status == 304;
  const bool streams = response_->stream && !bodiless;
  if (streams) close_ = true;
  HeadOptions options = {
      .date = Now(),
      .chunked = streams && !old_,
      .close = close_,
  };
  if (!bodiless && !streams) {
    options.content_length = response_->body.size();
  }
  if (streams && response_->head_waits && !head_) {
    waiting_head_ = options;
    return BeginStream(*response_);
  }
  sending_ = FormatHead(*response_, options);
  stream_.expires_after(server_.options.write_deadline);
  if (streams) {
    asio::async_write(stream_, asio::buffer(sending_),
                      Bind(&HttpConnection::OnHeadSent));
    return;
  }
  const bool whole = !head_ && !bodiless;
  const std::array<asio::const_buffer, 2> message = {
      asio::buffer(sending_),
      whole ? asio::buffer(response_->body) : asio::const_buffer()};
  asio::async_write(stream_, message, Bind(&HttpConnection::OnSent));
}

void HttpConnection::OnHeadSent(beast::error_code error, size_t) {
  if (error) return;
  sending_ = {};
  const auto response = std::exchange(response_, nullptr);
  if (head_) return Close();
  BeginStream(*response);
}

void HttpConnection::BeginStream(const Response& response) {
  parser_.reset();
  buffer_.clear();
  buffer_.shrink_to_fit();  // thousands may be open
  body_ = std::make_shared<StreamedBody>(
      StreamedBody::Options{.chunked = !old_,
                            .max_unsent = server_.options.max_unsent},
      [&io = server_.io, weak = this->weak_from_this()] {
        asio::post(io, [weak] {
          if (const auto self = weak.lock()) self->SendMore();
        });
      });
  stream_.expires_never();
  DiscardSome();
  body_->Write(response.body);
  try {
    response.stream(body_);
  } catch (const std::exception& error) {
    base::LogError("an answer ended early: {}", error.what());
    Close();
  }
}

void HttpConnection::SendMore() {
  if (!sending_.empty()) return;
  auto [bytes, finished, status] = body_->Take();
  if (bytes.empty() && !finished) return;
  sending_ = std::move(bytes);
  if (waiting_head_) {
    waiting_head_->date = Now();
    waiting_head_->status = status;
    sending_.insert(0, FormatHead(*response_, *waiting_head_));
    waiting_head_.reset();
    response_.reset();
  }
  if (sending_.empty()) return EndStream();
  stream_.expires_after(server_.options.write_deadline);
  asio::async_write(stream_, asio::buffer(sending_),
                    Bind(&HttpConnection::OnMoreSent));
}

void HttpConnection::OnMoreSent(beast::error_code error, size_t) {
  if (error) return Close();
  sending_ = {};
  SendMore();
}

void HttpConnection::OnSent(beast::error_code error, size_t) {
  if (error) return;
  sending_ = {};
  response_.reset();
  if (unread_) return Linger();
  if (close_ || server_.stopping) return Close();
  WaitForRequest(server_.options.idle_deadline);
}

void HttpConnection::EndStream() {
  body_->Close();
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  if (ignored) return Close();
  ending_ = true;
  stream_.cancel();
}

void HttpConnection::Fail(const beast::error_code& error) {
  if (auto answer = AnswerTo(error)) Refuse(*std::move(answer));
}

void HttpConnection::Linger() {
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  if (ignored) return;
  stream_.expires_after(kLingerDeadline);
  DiscardSome();
}

void HttpConnection::DiscardSome() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(1024),
                          Bind(&HttpConnection::OnDiscarded));
}

void HttpConnection::OnDiscarded(beast::error_code error, size_t bytes) {
  if (std::exchange(ending_, false)) {
    stream_.expires_after(kLingerDeadline);
    if (error == asio::error::operation_aborted) return DiscardSome();
  }
  discarded_ += bytes;
  if (error || discarded_ > kMaxLingerBytes) return Close();
  DiscardSome();
}

}  // namespace artspeak::net
