#include "web/review_routes.h"

#include <utility>
#include <variant>

#include "service/review_id.h"
#include "web/posted_form.h"
#include "web/review_page.h"

namespace artspeak::web {

std::optional<net::Response> ReviewRoutes::Answer(
    const net::Request& request) const {
  constexpr std::string_view kReview = "/review/";
  const std::string_view path = request.path;
  if (!path.starts_with(kReview)) return std::nullopt;
  const std::string_view rest = path.substr(kReview.size());
  const std::string_view id = rest.substr(0, rest.find('/'));
  const std::string_view what = rest.substr(id.size());
  if (!service::IsReviewId(id)) return pages_.Missing();
  if (what == "/report") {
    return request.method == "POST" ? Report(request, id)
                                    : pages_.WrongMethod("POST");
  }
  if (what != "" && what != "/") return pages_.Missing();
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  return what.empty() ? Show(id) : Redirect(301, ReviewPath(id));
}

net::Response ReviewRoutes::Show(std::string_view id) const {
  const std::optional<service::Review> review =
      Ask([&] { return reception_.Find(id); });
  if (!review) return pages_.Missing();
  if (review->state == service::ReviewState::kBlocked) {
    return pages_.Private(410, "blocked", {});
  }
  if (review->state == service::ReviewState::kDone) cards_.Prepare(*review);
  return pages_.Private(200, "review", DescribeReview(*review, site_, zone_));
}

net::Response ReviewRoutes::Report(const net::Request& request,
                                   std::string_view id) const {
  auto posted = ReadPostedForm(request, site_, pages_);
  if (auto* refusal = std::get_if<net::Response>(&posted)) {
    return std::move(*refusal);
  }
  if (!Ask([&] { return reception_.Report(id); })) return pages_.Missing();
  return Redirect(303, ReviewPath(id));
}

}  // namespace artspeak::web
