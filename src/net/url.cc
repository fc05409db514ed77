#include "net/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace artspeak::net {

namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Handle = std::unique_ptr<CURLU, FreeUrl>;

constexpr size_t kMaxUrlBytes = 8000;

std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_NO_DEFAULT_PORT) != CURLUE_OK) {
    return "";
  }
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::optional<Url> FromHandle(CURLU* handle) {
  Url url;
  url.scheme = Part(handle, CURLUPART_SCHEME);
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  url.host = Part(handle, CURLUPART_HOST);
  std::transform(url.host.begin(), url.host.end(), url.host.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (url.host.empty()) return std::nullopt;
  url.port = Part(handle, CURLUPART_PORT);
  url.path = Part(handle, CURLUPART_PATH);
  if (url.path.empty()) url.path.push_back('/');
  url.query = Part(handle, CURLUPART_QUERY);
  return url;
}

std::optional<Url> Parse(const std::string& base, std::string_view text) {
  if (text.size() > kMaxUrlBytes || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const Handle handle(curl_url());
  if (!handle) return std::nullopt;
  if (!base.empty() &&
      curl_url_set(handle.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  // URLENCODE: pages hold links with spaces and letters beyond ASCII.
  if (curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(),
                   CURLU_URLENCODE) != CURLUE_OK) {
    return std::nullopt;
  }
  return FromHandle(handle.get());
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\f";
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

}  // namespace

std::string Url::authority() const {
  return port.empty() ? host : host + ":" + port;
}

std::string Url::origin() const { return scheme + "://" + authority(); }

std::string Url::target() const {
  return query.empty() ? path : path + "?" + query;
}

std::optional<Url> ParseUrl(std::string_view text) {
  return Parse("", Trim(text));
}

std::optional<Url> ResolveUrl(const Url& base, std::string_view reference) {
  reference = Trim(reference);
  // The fragment never reaches the server; "#x" alone is the page itself.
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return base;
  // A page's line breaks inside a link are not part of it (WHATWG URL, 4.4).
  std::string clean;
  for (const char c : reference) {
    if (c != '\n' && c != '\r' && c != '\t') clean += c;
  }
  // Whatever has a scheme that is not the web's leads out of it.
  const size_t colon = clean.find_first_of(":/?");
  if (colon != std::string::npos && clean[colon] == ':' &&
      !clean.starts_with("http:") && !clean.starts_with("https:") &&
      !clean.starts_with("HTTP:") && !clean.starts_with("HTTPS:")) {
    return std::nullopt;
  }
  return Parse(base.text(), clean);
}

bool IsLoopback(const Url& url) {
  const std::string& host = url.host;
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") {
    return true;
  }
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace artspeak::net
