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
#include "web/card_routes.h"
#include "web/examples_file.h"
#include "web/file_routes.h"
#include "web/form_routes.h"
#include "web/gallery_routes.h"
#include "web/live_routes.h"
#include "web/page_cache.h"
#include "web/pages.h"
#include "web/preview.h"
#include "web/review_events.h"
#include "web/review_page.h"
#include "web/review_routes.h"
#include "web/safe_answer.h"
#include "web/site_address.h"
#include "web/subscription_routes.h"
#include "web/subscription_wording.h"
#include "web/time_zone.h"

namespace artspeak::web {

namespace {

using net::Request;
using net::Response;

constexpr std::string_view kPages[] = {
    "home", "generate", "examples", "gallery", "review", "blocked",
    "held", "report",   "reported", "missing", "error",  "subscription"};

}  // namespace

class Site::Impl {
 public:
  Impl(const SiteOptions& options, const SiteServices& services)
      : pages_(options.directory, options.name),
        address_(ParseSiteAddress(options.base_url)),
        zone_(TimeZone::Load(options.time_zone)),
        reception_(services.reception),
        guard_(services.guard),
        wording_(options.directory, options.name),
        cache_(pages_, reception_),
        form_(pages_, address_, wording_, reception_, cache_, guard_),
        cards_(pages_, reception_),
        reviews_(pages_, address_, zone_, reception_, cards_, services.gallery,
                 cache_, guard_),
        gallery_(pages_, address_, zone_, services.gallery, cache_),
        subscriptions_(pages_, address_, wording_, services.list),
        files_(pages_, address_),
        events_(reception_, services.live ? *services.live : no_live_, clock_,
                {.max_streams = kMaxEventStreams}),
        live_(pages_, address_, reception_, events_,
              [this](const net::Request& request) {
                return guard_.ClientOf(request);
              }) {
    for (const std::string_view page : kPages) pages_.Render(page, {});
    events_thread_ =
        std::jthread([this](std::stop_token stop) { events_.Run(stop); });
  }

  void EndStreams() {
    events_thread_.request_stop();
    if (events_thread_.joinable()) events_thread_.join();
  }

  Response Handle(const Request& request) noexcept {
    return SafeAnswer(pages_, [&] { return Route(request); });
  }

  std::shared_ptr<const Response> FindReady(const Request& request) noexcept {
    try {
      // Who has something already is answered 304, or not.
      if (request.method != "GET" || request.Find("If-None-Match")) {
        return nullptr;
      }
      return cache_.Find(request.path);
    } catch (const std::exception&) {
      return nullptr;  // Handle will meet the same, and say it
    }
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
    if (auto response = gallery_.Answer(request)) return *std::move(response);
    if (request.path.starts_with("/assets/")) return Asset(request);
    if (auto response = files_.Answer(request)) return *std::move(response);

    const std::string_view path = request.path;
    constexpr std::array<std::string_view, 5> kPaths = {
        "/", "/generate", "/examples", "/examples/", "/health"};
    if (std::find(kPaths.begin(), kPaths.end(), path) == kPaths.end()) {
      return pages_.Missing();
    }
    if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
    if (path == "/") {
      return Listed(request.path, "home", [&] { return Home(); });
    }
    if (path == "/examples/") {
      return Listed(request.path, "examples", [&] { return Examples(); });
    }
    if (path == "/health") return Health();
    return Redirect(301, std::string(path) + "/");
  }

  Response Asset(const Request& request) const {
    return cache_.Make(
        request.path, {.file = request.path.substr(1), .store = false}, [&] {
          PageCache::Made made = {files_.Answer(request).value()};
          made.lasts = made.response.status == 200;
          return made;
        });
  }

  // A page that shows what examples.txt lists.
  Response Listed(const std::string& path, const char* page,
                  const std::function<Response()>& make) const {
    return cache_.Make(path, {.template_name = page, .file = "examples.txt"},
                       [&] {
                         return PageCache::Made{make(), true};
                       });
  }

  Response Home() const {
    Values values = DescribePreview(address_, "/");
    for (const std::string& id :
         ReadExamples(pages_.directory())) {  // mostly the first will do
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
    const std::vector<std::string> ids = ReadExamples(pages_.directory());
    for (const service::Review& review :
         Ask([&] { return reception_.FindDone(ids); })) {
      examples.push_back(DescribeExample(review, address_, zone_));
    }
    Values values = DescribePreview(address_, "/examples/");
    values.emplace_back("at_examples", true);
    values.emplace_back("examples", std::move(examples));
    return pages_.Public(200, "examples", std::move(values));
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
  const Guard guard_;
  const SubscriptionWording wording_;
  const PageCache cache_;
  const FormRoutes form_;
  const CardRoutes cards_;
  const ReviewRoutes reviews_;
  const GalleryRoutes gallery_;
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

std::shared_ptr<const net::Response> Site::FindReady(
    const net::Request& request) noexcept {
  return impl_->FindReady(request);
}

net::Response Site::Handle(const net::Request& request) noexcept {
  return impl_->Handle(request);
}

}  // namespace artspeak::web
