#include "archive/fetcher.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "net/retry_after.h"

namespace artspeak::archive {

using std::chrono::milliseconds;

namespace {

constexpr int kAttempts = 4;
constexpr double kFirstPause = 1.0;      // seconds, doubled each time
constexpr double kLongestPause = 120.0;  // seconds, whatever Retry-After says
constexpr double kLongestCrawlDelay = 600;  // seconds
constexpr int kRobotsRedirects = 5;         // RFC 9309, 2.3.1.2

milliseconds ToMilliseconds(double seconds) {
  return milliseconds(static_cast<int64_t>(seconds * 1000));
}

// Retry-After in seconds from now (RFC 9110, 10.2.3); nothing when absent.
std::optional<double> RetryAfter(const net::FetchResult& answer,
                                 base::UnixTime now) {
  const std::string* value = answer.Find("Retry-After");
  if (value == nullptr) return std::nullopt;
  const auto wait = net::ParseRetryAfter(*value, now);
  return wait ? std::optional(wait->count()) : std::nullopt;
}

Fetched Stopped() { return {FetchStatus::kStopped, {}, "", "stopped", false}; }

}  // namespace

Fetcher::Fetcher(const Recipe& recipe, base::Clock& clock,
                 base::RandomStream random)
    : recipe_(recipe), clock_(clock), random_(random) {
  net::HttpClient::Options options;
  options.user_agent = recipe.user_agent;
  options.redirects = 0;  // each is a link of its own, checked like any other
  std::vector<std::string> proxies = recipe.proxies;
  if (proxies.empty()) proxies.emplace_back();
  for (const std::string& proxy : proxies) {
    options.proxy = proxy;
    clients_.push_back(std::make_unique<net::HttpClient>(options));
  }
}

Fetched Fetcher::Fetch(const net::Url& url, const std::string& etag,
                       const std::string& last_modified, std::stop_token stop) {
  Host& host = FindHost(url, stop);
  if (stop.stop_requested()) return Stopped();
  if (!host.robots) {
    // RFC 9309, 2.3.1.4: what cannot be read forbids everything.
    return {FetchStatus::kUnavailable, {}, "", host.fault, true};
  }
  if (!host.robots->Allows(url.target())) {
    return {
        FetchStatus::kForbidden,
        {},
        "",
        fmt::format("{}/robots.txt asks crawlers not to read it", url.origin()),
        false};
  }
  return Try(url, etag, last_modified, host, stop);
}

Fetcher::Host& Fetcher::FindHost(const net::Url& url, std::stop_token stop) {
  Host& host = hosts_[url.origin()];
  if (host.robots || !host.fault.empty()) return host;
  net::Url address = url;
  address.path = "/robots.txt";
  address.query.clear();
  const Fetched fetched = FetchRobots(std::move(address), host, stop);
  switch (fetched.status) {
    case FetchStatus::kPage:
      host.robots = Robots::Parse(fetched.answer.body, recipe_.user_agent);
      break;
    case FetchStatus::kUnavailable:
      host.fault = fetched.reason;
      break;
    case FetchStatus::kStopped:
      break;
    default:  // 4xx, or redirects that lead nowhere: no rules
      host.robots = Robots::AllowAll();
  }
  return host;
}

Fetched Fetcher::FetchRobots(net::Url url, Host& host, std::stop_token stop) {
  for (int redirects = 0;; ++redirects) {
    Fetched fetched = Try(url, "", "", host, stop);
    if (fetched.status != FetchStatus::kMoved) return fetched;
    auto target = net::ResolveUrl(url, fetched.location);
    if (redirects == kRobotsRedirects || !target || !recipe_.Allows(*target)) {
      return fetched;
    }
    url = *std::move(target);
  }
}

Fetched Fetcher::Try(const net::Url& url, const std::string& etag,
                     const std::string& last_modified, Host& host,
                     std::stop_token stop) {
  double pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    if (!WaitForTurn(url, host, stop)) return Stopped();
    Fetched fetched = TryOnce(url, etag, last_modified, stop);
    host.last_request = clock_.Now();
    if (fetched.status != FetchStatus::kUnavailable || attempt == kAttempts) {
      return fetched;
    }
    const double jitter = 0.5 + random_.Uniform();
    const double asked =
        RetryAfter(fetched.answer, clock_.Now()).value_or(pause * jitter);
    pause *= 2;
    if (!clock_.Sleep(ToMilliseconds(std::min(asked, kLongestPause)), stop)) {
      return Stopped();
    }
  }
}

bool Fetcher::WaitForTurn(const net::Url& url, Host& host,
                          std::stop_token stop) {
  Recipe::Delay delay = recipe_.delay.value_or(
      net::IsLoopback(url) ? Recipe::Delay{0, 0} : Recipe::Delay{});
  if (host.robots && host.robots->crawl_delay()) {
    const double asked =
        std::min(*host.robots->crawl_delay(), kLongestCrawlDelay);
    delay.least = std::max(delay.least, asked);
    delay.most = std::max(delay.most, asked);
  }
  const double seconds =
      delay.least + (delay.most - delay.least) * random_.Uniform();
  if (!host.last_request) return !stop.stop_requested();
  const auto passed = clock_.Now() - *host.last_request;
  // Never longer than the pause, even when the clock was set back.
  const auto left =
      ToMilliseconds(seconds) - std::max<milliseconds>(passed, milliseconds(0));
  if (left <= milliseconds(0)) return !stop.stop_requested();
  return clock_.Sleep(left, stop);
}

Fetched Fetcher::TryOnce(const net::Url& url, const std::string& etag,
                         const std::string& last_modified,
                         std::stop_token stop) {
  net::HttpClient& client = *clients_[next_client_++ % clients_.size()];
  Fetched fetched;
  try {
    fetched.answer =
        client.Fetch({url.text(), recipe_.headers, etag, last_modified}, stop);
  } catch (const net::FetchError& error) {
    fetched.reason = error.what();
    switch (error.failure()) {
      case net::FetchFailure::kStopped:
        return Stopped();
      case net::FetchFailure::kBadUrl:
      case net::FetchFailure::kTooLarge:
        fetched.status = FetchStatus::kFailed;
        break;
      case net::FetchFailure::kDns:
      case net::FetchFailure::kRefused:
        fetched.no_answer = true;
        [[fallthrough]];
      default:
        fetched.status = FetchStatus::kUnavailable;
    }
    return fetched;
  }
  const int status = fetched.answer.status;
  const std::string* location = fetched.answer.Find("Location");
  if (status == 200) {
    fetched.status = FetchStatus::kPage;
  } else if (status == 304) {
    fetched.status = FetchStatus::kNotModified;
  } else if (location != nullptr &&
             (status == 301 || status == 302 || status == 303 ||
              status == 307 || status == 308)) {
    fetched.status = FetchStatus::kMoved;
    fetched.location = *location;
    fetched.reason = fmt::format("moved to {}", *location);
  } else {
    fetched.status = status == 429 || status >= 500 ? FetchStatus::kUnavailable
                                                    : FetchStatus::kFailed;
    fetched.reason = fmt::format("{} answers {} {}", url.authority(), status,
                                 net::StatusText(status));
  }
  return fetched;
}

}  // namespace artspeak::archive
