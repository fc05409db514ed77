#include "net/http_client.h"

#include <curl/curl.h>

#include <exception>
#include <utility>

#include "base/clock.h"
#include "net/url.h"

namespace artspeak::net {

namespace {

constexpr size_t kMaxHeaderBytes = 256 << 10;

// libcurl wants one initialisation a process; it is thread-safe since 7.84.
void InitialiseOnce() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) {
    throw base::Error("libcurl does not start: {}", curl_easy_strerror(result));
  }
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class HeaderList {
 public:
  void Add(const std::string& line) {
    curl_slist* grown = curl_slist_append(list_.get(), line.c_str());
    if (grown == nullptr) throw std::bad_alloc();
    (void)list_.release();
    list_.reset(grown);
  }
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, FreeList> list_;
};

void CheckHeader(const Header& header) {
  constexpr std::string_view kForbidden("\r\n\0", 3);
  if (header.name.empty() ||
      header.name.find_first_of(": \t\r\n") != std::string::npos ||
      header.value.find_first_of(kForbidden) != std::string::npos) {
    throw base::Error(
        "the header \"{}\" cannot be sent: a name is one word, a value one "
        "line",
        header.name);
  }
}

// What the callbacks of one fetch fill.
struct Transfer {
  CURL* handle = nullptr;
  FetchResult result;
  const BodySink* sink = nullptr;
  std::exception_ptr sink_fault;
  size_t max_body = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  double stall_seconds = 0;  // 0: a stall is no failure of its own
  base::Stopwatch since_byte;
  bool stalled = false;
  std::stop_token stop;
};

int StatusOf(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

// An exception must not pass through libcurl.
size_t PassOn(Transfer& transfer, std::string_view bytes) {
  try {
    (*transfer.sink)(transfer.result, bytes);
  } catch (...) {
    transfer.sink_fault = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.since_byte = {};  // the sink's own time is no stall
  return bytes.size();
}

size_t OnBody(char* data, size_t, size_t bytes, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.result.status = StatusOf(transfer.handle);
  if (*transfer.sink &&
      (transfer.result.status == 200 || transfer.result.status == 206)) {
    return PassOn(transfer, {data, bytes});
  }
  if (bytes > transfer.max_body - transfer.result.body.size()) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.result.body.append(data, bytes);
  return bytes;
}

size_t OnHeader(char* data, size_t, size_t bytes, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.since_byte = {};
  transfer.header_bytes += bytes;
  if (transfer.header_bytes > kMaxHeaderBytes) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  std::string_view line(data, bytes);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) {
    line.remove_suffix(1);
  }
  if (line.starts_with("HTTP/")) {  // a new answer begins
    transfer.result.headers.clear();
    transfer.result.body.clear();
    return bytes;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bytes;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
    value.remove_prefix(1);
  }
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) {
    value.remove_suffix(1);
  }
  transfer.result.headers.push_back(
      {std::string(line.substr(0, colon)), std::string(value)});
  return bytes;
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.stalled = transfer.stall_seconds > 0 &&
                     transfer.since_byte.seconds() > transfer.stall_seconds;
  return transfer.stop.stop_requested() || transfer.stalled ? 1 : 0;
}

FetchError Explain(CURLcode code, const char* detail, const std::string& url,
                   const Transfer& transfer,
                   const HttpClient::Options& options) {
  const auto parsed = ParseUrl(url);
  const std::string place = parsed ? parsed->authority() : url;
  if (transfer.too_large) {
    return {FetchFailure::kTooLarge,
            fmt::format("{} answers with more than {} bytes", url,
                        options.max_body)};
  }
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return {FetchFailure::kBadUrl,
              fmt::format("\"{}\" is not an address of the web: it begins with "
                          "http:// or https://",
                          url)};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {FetchFailure::kDns,
              fmt::format("the host {} is not known: check its name and the "
                          "network",
                          place)};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {FetchFailure::kDns,
              fmt::format("the proxy {} is not known: check its name",
                          options.proxy)};
    case CURLE_COULDNT_CONNECT:
      return {
          FetchFailure::kRefused,
          fmt::format("{} does not accept connections: is it running?", place)};
    case CURLE_OPERATION_TIMEDOUT:
      return {FetchFailure::kTimeout,
              fmt::format("{} did not answer within {} s", url,
                          options.timeout.count() / 1000.0)};
    case CURLE_ABORTED_BY_CALLBACK:
      if (transfer.stalled) {
        return {FetchFailure::kTimeout,
                fmt::format("{} sent nothing for {} s", url,
                            transfer.stall_seconds)};
      }
      return {FetchFailure::kStopped, "the fetch was stopped"};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return {FetchFailure::kTls,
              fmt::format("no trusted connection to {}: {}", place, detail)};
    case CURLE_TOO_MANY_REDIRECTS:
      return {FetchFailure::kRedirects,
              fmt::format("{} leads through more than {} redirects", url,
                          options.redirects)};
    default:
      return {FetchFailure::kBroken,
              fmt::format("{} cannot be read: {}", url, detail)};
  }
}

}  // namespace

struct HttpClient::Impl {
  struct Free {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };

  template <typename Value>
  void Set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(handle.get(), option, value);
    if (code != CURLE_OK) {
      throw base::Error("libcurl refuses an option: {}",
                        curl_easy_strerror(code));
    }
  }

  Options options;
  std::unique_ptr<CURL, Free> handle;
};

HttpClient::HttpClient(Options options) : impl_(std::make_unique<Impl>()) {
  InitialiseOnce();
  CheckHeader({"User-Agent", options.user_agent});
  impl_->options = std::move(options);
  impl_->handle.reset(curl_easy_init());
  if (!impl_->handle) throw std::bad_alloc();
}

HttpClient::~HttpClient() = default;

FetchResult HttpClient::Fetch(const FetchRequest& request,
                              std::stop_token stop) {
  const Options& options = impl_->options;
  Transfer transfer;
  transfer.handle = impl_->handle.get();
  transfer.sink = &request.sink;
  transfer.max_body = options.max_body;
  transfer.stop = std::move(stop);
  const auto url = ParseUrl(request.url);
  if (!url) {
    throw Explain(CURLE_URL_MALFORMAT, "", request.url, transfer, options);
  }

  curl_easy_reset(impl_->handle.get());  // keeps the open connections
  char detail[CURL_ERROR_SIZE] = "";
  const std::string address = url->text();
  impl_->Set(CURLOPT_ERRORBUFFER, detail);
  impl_->Set(CURLOPT_URL, address.c_str());
  impl_->Set(CURLOPT_PROTOCOLS_STR, "http,https");
  impl_->Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  impl_->Set(CURLOPT_NOSIGNAL, 1L);
  impl_->Set(CURLOPT_USERAGENT, options.user_agent.c_str());
  impl_->Set(CURLOPT_CONNECTTIMEOUT_MS,
             static_cast<long>(options.connect_timeout.count()));
  if (request.sink) {
    transfer.stall_seconds = base::Seconds(options.stall_timeout).count();
  } else {
    impl_->Set(CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl can undo
    impl_->Set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  }
  const std::string range = std::to_string(request.offset) + "-";
  if (request.offset > 0) impl_->Set(CURLOPT_RANGE, range.c_str());
  impl_->Set(CURLOPT_FOLLOWLOCATION, options.redirects > 0 ? 1L : 0L);
  impl_->Set(CURLOPT_MAXREDIRS, static_cast<long>(options.redirects));
  if (!options.proxy.empty()) {
    impl_->Set(CURLOPT_PROXY, options.proxy.c_str());
  } else if (IsLoopback(*url)) {
    impl_->Set(CURLOPT_PROXY, "");
  }
  impl_->Set(CURLOPT_WRITEFUNCTION, &OnBody);
  impl_->Set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  impl_->Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  impl_->Set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  impl_->Set(CURLOPT_NOPROGRESS, 0L);
  impl_->Set(CURLOPT_XFERINFOFUNCTION, &OnProgress);
  impl_->Set(CURLOPT_XFERINFODATA, static_cast<void*>(&transfer));

  HeaderList headers;
  for (const Header& header : request.headers) {
    CheckHeader(header);
    // An empty value is sent as such only when written "Name;" (libcurl).
    headers.Add(header.value.empty() ? header.name + ";"
                                     : header.name + ": " + header.value);
  }
  if (!request.etag.empty()) {
    CheckHeader({"If-None-Match", request.etag});
    headers.Add("If-None-Match: " + request.etag);
  }
  if (!request.last_modified.empty()) {
    CheckHeader({"If-Modified-Since", request.last_modified});
    headers.Add("If-Modified-Since: " + request.last_modified);
  }
  impl_->Set(CURLOPT_HTTPHEADER, headers.get());

  const CURLcode code = curl_easy_perform(impl_->handle.get());
  if (transfer.sink_fault) std::rethrow_exception(transfer.sink_fault);
  if (code != CURLE_OK) {
    throw Explain(code, *detail != '\0' ? detail : curl_easy_strerror(code),
                  address, transfer, options);
  }
  char* effective = nullptr;
  curl_easy_getinfo(impl_->handle.get(), CURLINFO_EFFECTIVE_URL, &effective);
  transfer.result.status = StatusOf(impl_->handle.get());
  transfer.result.url = effective != nullptr ? effective : address;
  return std::move(transfer.result);
}

}  // namespace artspeak::net
