#include "web/review_routes.h"

#include <fmt/format.h>

#include <utility>
#include <variant>
#include <vector>

#include "base/utf8.h"
#include "service/review_id.h"
#include "web/gallery_page.h"
#include "web/posted_form.h"
#include "web/review_page.h"

namespace artspeak::web {

namespace {

// What pages/report.html shows: the visitor's input comes back as it was.
Values DescribeReport(std::string_view id, const service::ReportForm& form,
                      const std::vector<service::FieldFault>& faults) {
  Values values = {{"path", ReviewPath(id)},
                   {"report_path", ReviewPath(id) + "/report"},
                   {"note", base::ToValidUtf8(form.note)},
                   {"note_limit", std::to_string(service::kMaxNoteCharacters)},
                   {"faulty", !faults.empty()}};
  if (const auto reason = service::ParseReason(form.reason)) {
    values.emplace_back(fmt::format("for_{}", service::ReasonName(*reason)),
                        true);
  }
  for (const service::FieldFault& fault : faults) {
    values.emplace_back(fault.field + "_fault", fault.message);
  }
  return values;
}

}  // namespace

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
    if (request.method == "POST") return Report(request, id);
    if (request.method == "GET") return AskReason(id);
    return pages_.WrongMethod("GET, HEAD, POST");
  }
  if (what == "/offer") {
    return request.method == "POST" ? Offer(request, id)
                                    : pages_.WrongMethod("POST");
  }
  if (what != "" && what != "/") return pages_.Missing();
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  if (!what.empty()) return Redirect(301, ReviewPath(id));
  return cache_.Make(request.path, {.template_name = "review"},
                     [&] { return Show(id); });
}

PageCache::Made ReviewRoutes::Show(std::string_view id) const {
  const std::optional<service::Review> review =
      Ask([&] { return reception_.Find(id); });
  if (!review) return {pages_.Missing()};
  if (review->state == service::ReviewState::kBlocked) {
    return {pages_.Private(410, "blocked", {})};
  }
  if (review->state == service::ReviewState::kHeld) {
    return {pages_.Private(200, "held", {})};
  }
  const bool done = review->state == service::ReviewState::kDone;
  Values values = DescribeReview(*review, site_, zone_);
  if (!done) return {pages_.Private(200, "review", std::move(values))};
  cards_.Prepare(*review);
  const service::GalleryState place = Ask([&] { return gallery_.StateOf(id); });
  for (auto& value : DescribePlace(place, id)) {
    values.push_back(std::move(value));
  }
  return {place == service::GalleryState::kHung
              ? pages_.Public(200, "review", std::move(values))
              : pages_.Private(200, "review", std::move(values)),
          true};
}

net::Response ReviewRoutes::AskReason(std::string_view id) const {
  const std::optional<service::Review> review =
      Ask([&] { return reception_.Find(id); });
  if (!review) return pages_.Missing();
  if (review->state == service::ReviewState::kBlocked) {
    return pages_.Private(410, "blocked", {});
  }
  return pages_.Private(200, "report", DescribeReport(id, {}, {}));
}

net::Response ReviewRoutes::Report(const net::Request& request,
                                   std::string_view id) const {
  auto posted = ReadPostedForm(request, site_, pages_);
  if (auto* refusal = std::get_if<net::Response>(&posted)) {
    return std::move(*refusal);
  }
  const PostedForm& fields = std::get<PostedForm>(posted);
  const service::ReportForm form = {.reason = fields.Field("reason"),
                                    .note = fields.Field("note")};
  const auto result = Ask(
      [&] { return reception_.Report(id, form, guard_.ClientOf(request)); });
  if (const auto* faults =
          std::get_if<std::vector<service::FieldFault>>(&result)) {
    return pages_.Private(422, "report", DescribeReport(id, form, *faults));
  }
  switch (std::get<service::ReportOutcome>(result)) {
    case service::ReportOutcome::kBlocked:
      return Redirect(303, ReviewPath(id));
    case service::ReportOutcome::kKept:
      return pages_.Private(200, "reported", {{"path", ReviewPath(id)}});
    case service::ReportOutcome::kUnknown:
      break;
  }
  return pages_.Missing();
}

net::Response ReviewRoutes::Offer(const net::Request& request,
                                  std::string_view id) const {
  auto posted = ReadPostedForm(request, site_, pages_);
  if (auto* refusal = std::get_if<net::Response>(&posted)) {
    return std::move(*refusal);
  }
  if (!Ask([&] { return gallery_.Offer(id); })) {
    // Blocked or unfinished: its page says so. Unknown: so does that.
    return Redirect(303, ReviewPath(id));
  }
  // Where the page says what became of it.
  return Redirect(303, ReviewPath(id) + "#gallery");
}

}  // namespace artspeak::web
