#include "net/http_server.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/log.h"
#include "net/request_target.h"
#include "net/response_head.h"
#include "net/streamed_body.h"

namespace artspeak::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr uint32_t kMaxHeaderBytes = 8192;
// Above max_connections this many more are told so; the rest is just closed.
constexpr size_t kMaxRefusals = 64;
// A refused client may still be sending: what it sends is thrown away for a
// moment, or the close would destroy the answer on its way (RFC 9112, 9.6).
constexpr milliseconds kLingerDeadline{2'000};
constexpr size_t kMaxLingerBytes = 1 << 20;
constexpr milliseconds kAcceptPause{100};

Response PlainResponse(int status, std::string_view sentence) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"}},
          std::string(sentence) + "\n"};
}

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

}  // namespace

// All but the handlers runs on the one I/O thread, which alone touches the
// connections and `stopping`.
struct HttpServer::Impl {
  class Connection;

  Impl(Options given, Handler answer, ReadyAnswers answers)
      : options(std::move(given)),
        handler(std::move(answer)),
        ready(std::move(answers)),
        acceptor(io),
        timer(io),
        handlers(static_cast<size_t>(std::max(1, options.threads))) {}

  void Listen();
  void Run();
  void Accept();
  void BeginStop();

  Options options;
  Handler handler;
  ReadyAnswers ready;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  asio::steady_timer timer;
  std::unordered_set<Connection*> connections;
  bool stopping = false;
  std::atomic<bool> abandoned = false;  // handlers not begun are not worth it
  asio::thread_pool handlers;
  std::thread io_thread;
};

// One client. It keeps itself alive by the operation it waits for; with none
// left, it ends.
class HttpServer::Impl::Connection
    : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Impl& server, tcp::socket socket)
      : server_(server), stream_(std::move(socket)), buffer_(kBufferBytes) {
    server_.connections.insert(this);
    beast::error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    const auto peer = stream_.socket().remote_endpoint(ignored);
    if (!ignored) remote_address_ = peer.address().to_string();
  }
  ~Connection() {
    if (body_) body_->Close();
    server_.connections.erase(this);
    if (server_.stopping && server_.connections.empty()) {
      server_.timer.cancel();  // the last thing the I/O thread waits for
    }
  }

  void Start() { WaitForRequest(server_.options.header_deadline); }

  // Answers although the request was not read to its end.
  void Refuse(Response response) {
    close_ = true;
    unread_ = true;
    Send(std::make_shared<const Response>(std::move(response)));
  }

  // Ends now when nothing was asked, else after the answer.
  void Drain() {
    close_ = true;
    if (idle_) Close();
  }

  void Close() {
    if (body_) body_->Close();
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

 private:
  // Holds a whole header and a piece of a body.
  static constexpr size_t kBufferBytes = kMaxHeaderBytes + 8192;

  template <typename Member>
  auto Bind(Member member) {
    return beast::bind_front_handler(member, this->shared_from_this());
  }

  void WaitForRequest(milliseconds deadline) {
    if (buffer_.size() > 0) return ReadHeader();  // pipelined
    idle_ = true;
    stream_.expires_after(deadline);
    stream_.async_read_some(buffer_.prepare(4096),
                            Bind(&Connection::OnFirstBytes));
  }

  void OnFirstBytes(beast::error_code error, size_t bytes) {
    idle_ = false;
    if (error) return;  // gone, or idle for too long: nothing to answer
    buffer_.commit(bytes);
    ReadHeader();
  }

  void ReadHeader() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes);
    parser_->body_limit(server_.options.max_body);
    head_ = false;
    stream_.expires_after(server_.options.header_deadline);
    http::async_read_header(stream_, buffer_, *parser_,
                            Bind(&Connection::OnHeader));
  }

  void OnHeader(beast::error_code error, size_t) {
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
    http::async_write(stream_, *continue_, Bind(&Connection::OnContinue));
  }

  void OnContinue(beast::error_code error, size_t) {
    if (!error) ReadBody();
  }

  void ReadBody() {
    if (parser_->is_done()) return OnBody({}, 0);
    stream_.expires_after(server_.options.body_deadline);
    http::async_read(stream_, buffer_, *parser_, Bind(&Connection::OnBody));
  }

  void OnBody(beast::error_code error, size_t) {
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

  void Answer(Request request) {
    if (auto response = FindReady(request)) return Send(std::move(response));
    AskHandler(std::move(request));
  }

  std::shared_ptr<const Response> FindReady(const Request& request) {
    if (!server_.ready) return nullptr;
    try {
      auto response = server_.ready(request);
      if (response && CanBeSent(*response)) return response;
    } catch (const std::exception& error) {
      base::LogError("{} {}: {}", request.method, request.path, error.what());
    }
    return nullptr;  // the handler will say what is wrong
  }

  // Runs the handler on its own threads; the guard keeps the I/O thread until
  // its answer came back.
  void AskHandler(Request request) {
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

  Response Handle(const Request& request) {
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

  static std::chrono::sys_seconds Now() {
    return std::chrono::floor<std::chrono::seconds>(
        std::chrono::system_clock::now());
  }

  void Send(std::shared_ptr<const Response> response) {
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
                        Bind(&Connection::OnHeadSent));
      return;
    }
    const bool whole = !head_ && !bodiless;
    const std::array<asio::const_buffer, 2> message = {
        asio::buffer(sending_),
        whole ? asio::buffer(response_->body) : asio::const_buffer()};
    asio::async_write(stream_, message, Bind(&Connection::OnSent));
  }

  void OnHeadSent(beast::error_code error, size_t) {
    if (error) return;
    sending_ = {};
    const auto response = std::exchange(response_, nullptr);
    if (head_) return Close();
    BeginStream(*response);
  }

  // The read that waits throughout keeps the connection, and sees the client
  // go.
  void BeginStream(const Response& response) {
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

  void SendMore() {
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
                      Bind(&Connection::OnMoreSent));
  }

  void OnMoreSent(beast::error_code error, size_t) {
    if (error) return Close();
    sending_ = {};
    SendMore();
  }

  void OnSent(beast::error_code error, size_t) {
    if (error) return;
    sending_ = {};
    response_.reset();
    if (unread_) return Linger();
    if (close_ || server_.stopping) return Close();
    WaitForRequest(server_.options.idle_deadline);
  }

  // As Linger, with the read that already waits: it is made to end.
  void EndStream() {
    body_->Close();
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (ignored) return Close();
    ending_ = true;
    stream_.cancel();
  }

  void Fail(const beast::error_code& error) {
    if (auto answer = AnswerTo(error)) Refuse(*std::move(answer));
  }

  void Linger() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (ignored) return;
    stream_.expires_after(kLingerDeadline);
    DiscardSome();
  }

  void DiscardSome() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(1024),
                            Bind(&Connection::OnDiscarded));
  }

  void OnDiscarded(beast::error_code error, size_t bytes) {
    if (std::exchange(ending_, false)) {
      stream_.expires_after(kLingerDeadline);
      if (error == asio::error::operation_aborted) return DiscardSome();
    }
    discarded_ += bytes;
    if (error || discarded_ > kMaxLingerBytes) return Close();
    DiscardSome();
  }

  Impl& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::string remote_address_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::empty_body>> continue_;
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

void HttpServer::Impl::Listen() {
  beast::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error || options.port < 0 || options.port > 65535) {
    throw base::Error(
        "cannot listen on {}:{}: that is no address of this machine; use "
        "something like 127.0.0.1:8080",
        options.address, options.port);
  }
  const tcp::endpoint endpoint(address,
                               static_cast<unsigned short>(options.port));
  acceptor.open(endpoint.protocol(), error);
  // A restart need not wait for the old connections' TIME_WAIT.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    throw base::Error(
        "port {} is in use: stop the program that listens there, or choose "
        "another port",
        options.port);
  }
  if (error == asio::error::access_denied) {
    throw base::Error(
        "port {} is not open to this user: choose a port above 1023",
        options.port);
  }
  if (error) {
    throw base::Error("cannot listen on {}:{}: {}", options.address,
                      options.port, error.message());
  }
}

void HttpServer::Impl::Run() {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& error) {  // out of memory: drops one client
      base::LogError("a connection was dropped: {}", error.what());
    }
  }
}

void HttpServer::Impl::Accept() {
  acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
    if (stopping || error == asio::error::operation_aborted) return;
    if (error) {  // such as no free descriptor: come back when some are closed
      timer.expires_after(kAcceptPause);
      timer.async_wait([this](beast::error_code cancelled) {
        if (!cancelled && !stopping) Accept();
      });
      return;
    }
    Accept();  // first: a client that no memory is left for must not end this
    const size_t limit = static_cast<size_t>(options.max_connections);
    if (connections.size() < limit) {
      std::make_shared<Connection>(*this, std::move(socket))->Start();
    } else if (connections.size() < limit + kMaxRefusals) {
      Response busy = PlainResponse(503, "Too many visitors at once.");
      busy.headers.push_back({"Retry-After", "10"});
      std::make_shared<Connection>(*this, std::move(socket))
          ->Refuse(std::move(busy));
    }
  });
}

void HttpServer::Impl::BeginStop() {
  stopping = true;
  beast::error_code ignored;
  acceptor.close(ignored);
  timer.cancel();  // of Accept
  if (connections.empty()) return;
  // A connection ends once its cancelled operation has run, after this loop.
  for (Connection* connection : connections) connection->Drain();
  timer.expires_after(options.drain_deadline);
  timer.async_wait([this](beast::error_code cancelled) {
    if (cancelled) return;
    abandoned = true;
    for (Connection* connection : connections) connection->Close();
  });
}

HttpServer::HttpServer(Options options, Handler handler, ReadyAnswers ready)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler),
                                   std::move(ready))) {
  impl_->Listen();
  impl_->Accept();
  impl_->io_thread = std::thread([impl = impl_.get()] { impl->Run(); });
}

HttpServer::~HttpServer() {
  asio::post(impl_->io, [impl = impl_.get()] { impl->BeginStop(); });
  impl_->io_thread.join();
  impl_->handlers.join();
}

int HttpServer::port() const { return impl_->acceptor.local_endpoint().port(); }

std::string HttpServer::url() const {
  const std::string& address = impl_->options.address;
  const bool six = address.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(six ? "http://[{}]:{}/" : "http://{}:{}/"),
                     address, port());
}

}  // namespace artspeak::net
