#include "net/http_server.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "net/http_connection.h"

namespace artspeak::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

// Above max_connections this many more are told so; the rest is just closed.
constexpr size_t kMaxRefusals = 64;
constexpr milliseconds kAcceptPause{100};

}  // namespace

struct HttpServer::Impl : HttpServerState {
  Impl(Options options, Handler handler, ReadyAnswers ready)
      : HttpServerState(std::move(options), std::move(handler),
                        std::move(ready)) {
    on_all_gone = [this] { timer.cancel(); };  // the last that is waited for
  }

  void Listen();
  void Run();
  void Accept();
  void BeginStop();

  tcp::acceptor acceptor{io};
  asio::steady_timer timer{io};
  std::thread io_thread;
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
      std::make_shared<HttpConnection>(*this, std::move(socket))->Start();
    } else if (connections.size() < limit + kMaxRefusals) {
      Response busy = PlainResponse(503, "Too many visitors at once.");
      busy.headers.push_back({"Retry-After", "10"});
      std::make_shared<HttpConnection>(*this, std::move(socket))
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
  for (HttpConnection* connection : connections) connection->Drain();
  timer.expires_after(options.drain_deadline);
  timer.async_wait([this](beast::error_code cancelled) {
    if (cancelled) return;
    abandoned = true;
    for (HttpConnection* connection : connections) connection->Close();
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
