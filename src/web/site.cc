#include "web/site.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "service/review_id.h"
#include "web/card_routes.h"
#include "web/file_routes.h"
#include "web/file_stamp.h"
#include "web/form_routes.h"
#include "web/live_routes.h"
#include "web/page_cache.h"
#include "web/pages.h"
#include "web/review_events.h"
#include "web/review_page.h"
#include "web/review_routes.h"
#include "web/site_address.h"
#include "web/subscription_routes.h"
#include "web/subscription_wording.h"
#include "web/time_zone.h"

namespace artspeak::web {

namespace {

using net::Request;
using net::Response;

constexpr size_t kMaxExamples = 50;

// Nothing but our own files, no frame, no form to elsewhere.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

constexpr std::string_view kPages[] = {
    "home",   "generate", "examples", "review", "blocked",     "held",
    "report", "reported", "missing",  "error",  "subscription"};

// One id a line, or a link that ends in one; '#' begins a comment.
std::vector<std::string> ParseExamples(std::string_view text) {
  std::vector<std::string> ids;
  while (!text.empty() && ids.size() < kMaxExamples) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = line.substr(0, line.find('#'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' ||
                             line.back() == '\t' || line.back() == '/')) {
      line.remove_suffix(1);
    }
    const size_t id = line.find_last_of("/ \t") + 1;
    if (service::IsReviewId(line.substr(id))) ids.emplace_back(line.substr(id));
  }
  return ids;
}

}  // namespace

class Site::Impl {
 public:
  Impl(const SiteOptions& options, const SiteServices& services)
      : pages_(options.directory, options.name),
        address_(ParseSiteAddress(options.base_url)),
        zone_(TimeZone::Load(options.time_zone)),
        reception_(services.reception),
        wording_(options.directory, options.name),
        form_(pages_, address_, wording_, reception_),
        cards_(pages_, reception_),
        cache_(pages_, reception_),
        reviews_(pages_, address_, zone_, reception_, cards_, cache_),
        subscriptions_(pages_, address_, wording_, services.list),
        files_(pages_),
        events_(reception_, services.live ? *services.live : no_live_, clock_,
                {.max_streams = kMaxEventStreams}),
        live_(pages_, address_, reception_, events_, services.client_of) {
    for (const std::string_view page : kPages) pages_.Render(page, {});
    events_thread_ =
        std::jthread([this](std::stop_token stop) { events_.Run(stop); });
  }

  void EndStreams() {
    events_thread_.request_stop();
    if (events_thread_.joinable()) events_thread_.join();
  }

  Response Handle(const Request& request) {
    Response response;
    try {
      try {
        response = Route(request);
      } catch (const StoreUnavailable&) {
        response = pages_.Problem(
            503, "The desk is closed for a moment",
            "The site could not reach its own records. Nothing was lost, and "
            "nothing was stored: please try again in a minute.");
        response.headers.push_back({"Retry-After", "30"});
      }
    } catch (const base::Error& error) {
      base::LogError("a page could not be made: {}", error.what());
      response = PlainText(
          500,
          "This page is being rehung. Please come back in a few minutes.\n");
    }
    response.headers.push_back(
        {"Content-Security-Policy", std::string(kContentSecurityPolicy)});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    // "no-referrer" would make browsers post with "Origin: null".
    response.headers.push_back({"Referrer-Policy", "same-origin"});
    return response;
  }

 private:
  Response Route(const Request& request) const {
    if (auto response = form_.Answer(request)) return *std::move(response);
    if (auto response = cards_.Answer(request)) return *std::move(response);
    if (auto response = live_.Answer(request)) return *std::move(response);
    if (auto response = reviews_.Answer(request)) return *std::move(response);
    if (auto response = subscriptions_.Answer(request)) {
      return *std::move(response);
    }
    if (auto response = files_.Answer(request)) return *std::move(response);

    const std::string_view path = request.path;
    constexpr std::array<std::string_view, 5> kPaths = {
        "/", "/generate", "/examples", "/examples/", "/health"};
    if (std::find(kPaths.begin(), kPaths.end(), path) == kPaths.end()) {
      return pages_.Missing();
    }
    if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
    if (path == "/") return Listed("home", [&] { return Home(); });
    if (path == "/examples/") {
      return Listed("examples", [&] { return Examples(); });
    }
    if (path == "/health") return Health();
    return Redirect(301, std::string(path) + "/");
  }

  // A page that shows what examples.txt lists.
  Response Listed(std::string_view page,
                  const std::function<Response()>& make) const {
    return cache_.Answer(std::string(page), page,
                         StampOf(pages_.directory() / "examples.txt"), [&] {
                           return PageCache::Made{make(), true};
                         });
  }

  Response Home() const {
    Values values = {{"link", address_.origin() + "/"},
                     {"card", address_.origin() + "/card.png"}};
    for (const std::string& id : ExampleIds()) {  // mostly the first will do
      const std::vector<service::Review> found =
          Ask([&] { return reception_.FindDone(std::span(&id, 1)); });
      if (found.empty()) continue;
      Values example = DescribeExample(found[0], address_, zone_);
      const bool speaks = std::any_of(
          example.begin(), example.end(),
          [](const auto& value) { return value.first == "opening"; });
      if (!speaks) continue;
      values.emplace_back("example", std::vector<Values>{std::move(example)});
      break;
    }
    return pages_.Public(200, "home", std::move(values));
  }

  Response Examples() const {
    std::vector<Values> examples;
    const std::vector<std::string> ids = ExampleIds();
    for (const service::Review& review :
         Ask([&] { return reception_.FindDone(ids); })) {
      examples.push_back(DescribeExample(review, address_, zone_));
    }
    return pages_.Public(
        200, "examples",
        {{"at_examples", true}, {"examples", std::move(examples)}});
  }

  std::vector<std::string> ExampleIds() const {
    const std::filesystem::path file = pages_.directory() / "examples.txt";
    const std::optional<FileStamp> stamp = StampOf(file);
    if (!stamp || stamp->size > (1 << 16)) return {};
    return ParseExamples(base::ReadFile(file));
  }

  // It answers, and its store too.
  Response Health() const {
    Ask([&] { return reception_.Find("000000000000"); });
    return PlainText(200, "ok\n");
  }

  const Pages pages_;
  const net::Url address_;
  const TimeZone zone_;
  service::Reception& reception_;
  const SubscriptionWording wording_;
  const FormRoutes form_;
  const CardRoutes cards_;
  const PageCache cache_;
  const ReviewRoutes reviews_;
  const SubscriptionRoutes subscriptions_;
  const FileRoutes files_;
  base::SystemClock clock_;
  service::LiveText no_live_;
  ReviewEvents events_;
  const LiveRoutes live_;
  std::jthread events_thread_;  // last: it ends first
};

Site::Site(const SiteOptions& options, const SiteServices& services)
    : impl_(std::make_unique<Impl>(options, services)) {}

Site::~Site() = default;

void Site::EndStreams() { impl_->EndStreams(); }

net::Response Site::Handle(const net::Request& request) noexcept {
  try {
    return impl_->Handle(request);
  } catch (const std::exception& error) {
    base::LogError("a request could not be answered: {}", error.what());
    return PlainText(500, "Something went wrong here. Please try again.\n");
  }
}

}  // namespace artspeak::web
