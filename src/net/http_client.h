// An HTTP client: one GET at a time, with deadlines and limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/http_message.h"

namespace artspeak::net {

// Why no answer came. An answer of any status is no failure.
enum class FetchFailure {
  kBadUrl,     // not an http or https address
  kDns,        // the host has no address
  kRefused,    // nobody listens there
  kTimeout,    // no complete answer within the deadline, or a stall
  kTooLarge,   // the answer is above max_body
  kTls,        // no trusted connection
  kBroken,     // the answer is no HTTP, or the connection broke
  kRedirects,  // through more of them than allowed
  kStopped,    // by the stop token
};

class FetchError : public base::Error {
 public:
  FetchError(FetchFailure failure, const std::string& sentence)
      : Error(sentence), failure_(failure) {}
  FetchFailure failure() const { return failure_; }

 private:
  FetchFailure failure_;
};

struct FetchResult {
  int status = 0;
  std::vector<Header> headers;  // of the last answer, after redirects
  std::string body;             // decompressed
  std::string url;              // where it came from, after redirects

  const std::string* Find(std::string_view header) const {
    return FindHeader(headers, header);
  }
};

// Takes a body as it comes; `head` is the answer so far, without a body. What
// it throws ends the fetch and comes out of it.
using BodySink =
    std::function<void(const FetchResult& head, std::string_view bytes)>;

struct FetchRequest {
  std::string url;
  std::vector<Header> headers = {};
  // From an earlier answer: the server may then answer 304 without a body.
  std::string etag = {};
  std::string last_modified = {};
  // The first byte of the content that is wanted. The server answers 206 and
  // says in Content-Range what it sends, or 200 and sends all of it.
  int64_t offset = 0;
  // For what is too large for memory or for a deadline: the body of a 200 or
  // 206 goes here, as it is stored there (never compressed), and Options'
  // `timeout` and `max_body` do not hold for it, but `stall_timeout` does.
  BodySink sink = {};
};

// Keeps connections open between fetches. A redirect to another host, port or
// scheme is followed without the Authorization and Cookie headers. Not
// thread-safe.
class HttpClient {
 public:
  struct Options {
    std::string user_agent = "artspeak";
    // "http://host:port" or "socks5://host:port". Empty: as the environment
    // says (http_proxy, https_proxy, no_proxy), but never for loopback.
    std::string proxy{};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{30'000};        // of one fetch in all
    std::chrono::milliseconds stall_timeout{30'000};  // without a byte
    size_t max_body = 8 << 20;                        // bytes, decompressed
    int redirects = 5;  // followed at most, on http and https only; with 0 the
                        // redirect itself is the answer
  };

  explicit HttpClient(Options options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Throws FetchError when there is no complete answer.
  FetchResult Fetch(const FetchRequest& request, std::stop_token stop = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::net
