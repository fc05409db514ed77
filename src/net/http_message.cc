#include "net/http_message.h"

#include <strings.h>

#include "base/error.h"
#include "net/percent_encoding.h"

namespace artspeak::net {

namespace {

constexpr size_t kMaxFields = 1000;

std::string DecodeFormPart(std::string_view part) {
  std::string spaced(part);
  for (char& c : spaced) {
    if (c == '+') c = ' ';
  }
  auto decoded = PercentDecode(spaced);
  if (!decoded) {
    throw base::Error(
        "the form is malformed: a '%' in it is not followed by two "
        "hexadecimal digits");
  }
  return *std::move(decoded);
}

}  // namespace

const std::string* FindHeader(std::span<const Header> headers,
                              std::string_view name) {
  for (const Header& header : headers) {
    if (header.name.size() == name.size() &&
        strncasecmp(header.name.data(), name.data(), name.size()) == 0) {
      return &header.value;
    }
  }
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> ParseForm(
    std::string_view urlencoded) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!urlencoded.empty()) {
    const size_t end = urlencoded.find('&');
    const std::string_view field = urlencoded.substr(0, end);
    urlencoded.remove_prefix(end == std::string_view::npos ? urlencoded.size()
                                                           : end + 1);
    if (field.empty()) continue;
    if (fields.size() == kMaxFields) {
      throw base::Error("the form has more than {} fields: send fewer",
                        kMaxFields);
    }
    const size_t equals = field.find('=');
    const std::string_view value = equals == std::string_view::npos
                                       ? std::string_view()
                                       : field.substr(equals + 1);
    fields.emplace_back(DecodeFormPart(field.substr(0, equals)),
                        DecodeFormPart(value));
  }
  return fields;
}

std::string_view StatusText(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace artspeak::net
