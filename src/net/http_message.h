// HTTP messages as plain values (RFC 9110), shared by the server and those who
// answer its requests.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace artspeak::net {

class ResponseStream;

struct Header {
  std::string name;
  std::string value;
};

// The value of the first header of that name, in any case; null when absent.
const std::string* FindHeader(std::span<const Header> headers,
                              std::string_view name);

// A request whose form was checked by the server: `path` begins with '/', is
// valid UTF-8 and holds no control characters.
struct Request {
  std::string method;  // "GET", "POST", …; a HEAD arrives as "GET"
  std::string target;  // as sent, query included
  std::string path;    // percent-decoded, without the query
  std::string query;   // as sent, without the '?'; ParseForm reads it
  std::vector<Header> headers;
  std::string body;
  std::string remote_address;  // of the connection: "127.0.0.1"

  const std::string* Find(std::string_view header) const {
    return FindHeader(headers, header);
  }
};

// The server adds Content-Length, Date and Connection itself. A header whose
// name or value could break the message is answered as 500.
struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  // When set, more follows `body` for as long as the stream is written to:
  // chunked, or to HTTP/1.0 until the connection closes. Called once, when the
  // head was sent, on the server's I/O thread: it must not block. Not called
  // for HEAD, nor when the client is gone by then.
  std::function<void(std::shared_ptr<ResponseStream>)> stream = nullptr;
  // The head of a stream waits for the first byte, or for its end, and
  // ResponseStream::SetStatus may change `status` until then: `stream` is
  // called before the head was sent.
  bool head_waits = false;
};

// The fields of an application/x-www-form-urlencoded text (WHATWG URL, 5.1),
// also a query, in order: '+' is a space. Values are bytes: the caller checks
// their UTF-8. Throws Error on a malformed percent-encoding and above 1,000
// fields.
std::vector<std::pair<std::string, std::string>> ParseForm(
    std::string_view urlencoded);

// "Not Found" for 404; "Unknown" for a code without a name.
std::string_view StatusText(int status);

}  // namespace artspeak::net
