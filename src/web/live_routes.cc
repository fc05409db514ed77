#include "web/live_routes.h"

#include <memory>
#include <utility>

#include "service/review_id.h"
#include "web/review_json.h"

namespace artspeak::web {

std::optional<net::Response> LiveRoutes::Answer(
    const net::Request& request) const {
  constexpr std::string_view kReview = "/review/";
  constexpr std::string_view kEvents = "/events";
  constexpr std::string_view kJson = ".json";
  std::string_view id = request.path;
  if (!id.starts_with(kReview)) return std::nullopt;
  id.remove_prefix(kReview.size());
  const bool events = id.ends_with(kEvents);
  if (!events && !id.ends_with(kJson)) return std::nullopt;
  id.remove_suffix(events ? kEvents.size() : kJson.size());
  if (!service::IsReviewId(id)) return std::nullopt;
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  return events ? Events(request, id) : Json(id);
}

net::Response LiveRoutes::Events(const net::Request& request,
                                 std::string_view id) const {
  const std::optional<service::Review> review =
      Ask([&] { return reception_.Find(id); });
  if (!review) return pages_.Missing();
  const std::string* last = request.Find("Last-Event-ID");
  if (last != nullptr && *last == kLastEventId && IsSettled(review->state)) {
    // Tells an EventSource not to ask again.
    return {204, {{"Cache-Control", "no-store"}}, ""};
  }
  auto seat = events_.TakeSeat(client_of_ ? client_of_(request) : "");
  if (!seat) {
    net::Response response = PlainText(
        503, "Too many people are watching: the page renews itself instead.\n");
    response.headers.push_back({"Retry-After", "30"});
    return response;
  }
  net::Response response = {200,
                            {{"Content-Type", "text/event-stream"},
                             {"Cache-Control", "no-store"},
                             {"X-Accel-Buffering", "no"},  // of nginx
                             {"X-Robots-Tag", "noindex"}},
                            "retry: 3000\n\n"};
  response.stream =
      [&events = events_, id = std::string(id),
       last = last == nullptr ? "" : *last,
       seat = std::move(seat)](std::shared_ptr<net::ResponseStream> stream) {
        events.Open({id, last, seat, std::move(stream)});
      };
  return response;
}

net::Response LiveRoutes::Json(std::string_view id) const {
  const std::optional<service::Review> review =
      Ask([&] { return reception_.Find(id); });
  const bool blocked =
      review && review->state == service::ReviewState::kBlocked;
  return {!review   ? 404
          : blocked ? 410
                    : 200,
          {{"Content-Type", "application/json"},
           {"Cache-Control", "no-store"},
           {"X-Robots-Tag", "noindex"}},
          review ? DescribeAsJson(*review, site_)
                 : "{\"error\": \"there is no such review\"}\n"};
}

}  // namespace artspeak::web
