#include "web/admin_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"
#include "service/review_id.h"
#include "web/paragraphs.h"
#include "web/posted_form.h"
#include "web/review_page.h"

namespace artspeak::web {

using net::Request;
using net::Response;
using service::GalleryState;
using service::ReviewState;

namespace {

constexpr int kReviewsPerPage = 50;
constexpr int kEntriesPerPage = 100;
constexpr int kMaxPage = 100'000;
constexpr int kMaxOffers = 200;

constexpr std::array<ReviewState, service::kReviewStates> kStates = {
    ReviewState::kHeld,       ReviewState::kBlocked, ReviewState::kWaiting,
    ReviewState::kGenerating, ReviewState::kDone,    ReviewState::kFailed};

constexpr std::string_view kDeeds[] = {"approve", "block",  "unblock",
                                       "hang",    "unhang", "erase"};

bool IsDeed(std::string_view word) {
  return std::find(std::begin(kDeeds), std::end(kDeeds), word) !=
         std::end(kDeeds);
}

// A field of the address; empty if it is not there or damaged.
std::string QueryField(const Request& request, std::string_view name) {
  try {
    return PostedForm(net::ParseForm(request.query)).Field(name);
  } catch (const base::Error&) {
    return "";
  }
}

int PageOf(const Request& request) {
  const std::string text = QueryField(request, "page");
  int page = 1;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), page);
  return error == std::errc() && end == text.data() + text.size() &&
                 page >= 1 && page <= kMaxPage
             ? page
             : 1;
}

// Links to the pages before and after; `query` stands before "page=".
void AddPages(Values& values, const std::string& query, int page, bool more) {
  if (page > 1) {
    values.emplace_back("newer", fmt::format("{}page={}", query, page - 1));
  }
  if (more) {
    values.emplace_back("older", fmt::format("{}page={}", query, page + 1));
  }
}

std::string AdminPath(std::string_view id) {
  return "/admin/review/" + std::string(id);
}

// "/admin/review/<id>" and what follows: nothing, "/erase", …
struct ReviewAddress {
  std::string_view id;
  std::string_view rest;
};
std::optional<ReviewAddress> ParseAddress(std::string_view path) {
  constexpr std::string_view kReview = "/admin/review/";
  if (!path.starts_with(kReview)) return std::nullopt;
  path.remove_prefix(kReview.size());
  const std::string_view id = path.substr(0, path.find('/'));
  if (!service::IsReviewId(id)) return std::nullopt;
  return ReviewAddress{id, path.substr(id.size())};
}

void AddTime(Values& values, const std::string& name, base::UnixTime time,
             const TimeZone& zone) {
  const LocalTime local = zone.Local(time);
  values.emplace_back(name + "_date", FormatDate(local));
  values.emplace_back(name + "_time", FormatTimeOfDay(local));
  values.emplace_back(name + "_iso", FormatIso(local));
}

Values DescribeSummary(const service::ReviewSummary& review, int open_reports,
                       const TimeZone& zone) {
  Values values = {{"path", AdminPath(review.id)},
                   {"prompt", Shorten(review.prompt, 120)},
                   {"state", std::string(service::StateName(review.state))}};
  values.emplace_back(std::string(service::StateName(review.state)), true);
  if (open_reports == 1) values.emplace_back("reports", "1 report");
  if (open_reports > 1) {
    values.emplace_back("reports", fmt::format("{} reports", open_reports));
  }
  AddTime(values, "created", review.created, zone);
  return values;
}

// What may be done with a review, as sections of the page.
void AddDeeds(Values& values, ReviewState state, bool reported,
              GalleryState place) {
  const bool held = state == ReviewState::kHeld;
  const bool blocked = state == ReviewState::kBlocked;
  const bool up = !held && !blocked;
  const bool done = state == ReviewState::kDone;
  values.emplace_back("may_approve", held);
  values.emplace_back("may_refuse", held);
  values.emplace_back("may_put_back", blocked);
  values.emplace_back("may_keep_down", blocked && reported);
  values.emplace_back("may_leave_up", up && reported);
  values.emplace_back("may_take_down", up);
  values.emplace_back("offered", place == GalleryState::kOffered);
  values.emplace_back("hung", place == GalleryState::kHung);
  values.emplace_back("may_hang", done && place != GalleryState::kHung);
  values.emplace_back("may_decline", done && place == GalleryState::kOffered);
  values.emplace_back("may_unhang", place == GalleryState::kHung);
}

}  // namespace

AdminRoutes::AdminRoutes(const Pages& pages, const net::Url& site,
                         const TimeZone& zone, AdminStores stores,
                         base::Clock& clock)
    : pages_(pages), site_(site), zone_(zone), stores_(stores), clock_(clock) {
  for (const char* page : {"desk", "reviews", "review", "erase", "trail"}) {
    pages_.Render(page, {});
  }
}

Response AdminRoutes::Show(const Request& request,
                           const std::string& key) const {
  const std::string_view path = request.path;
  Values values = {{"signed_in", true}, {"key", key}};
  if (path == "/admin/") return Desk(request, std::move(values));
  if (path == "/admin/reviews/") return Reviews(request, std::move(values));
  if (path == "/admin/trail/") return Trail(request, std::move(values));
  const auto address = ParseAddress(path);
  if (!address) return pages_.Missing();
  if (address->rest.empty()) {
    return Review(address->id, "review", std::move(values));
  }
  if (address->rest == "/erase") {
    return Review(address->id, "erase", std::move(values));
  }
  return pages_.Missing();
}

Response AdminRoutes::Desk(const Request& request, Values values) const {
  const int page = PageOf(request);
  const service::ReviewQuery query = {.open = true,
                                      .limit = kReviewsPerPage + 1,
                                      .offset = (page - 1) * kReviewsPerPage};
  auto listed = Ask([&] { return stores_.moderation.List(query); });
  const bool more = std::ssize(listed) > kReviewsPerPage;
  if (more) listed.pop_back();
  std::vector<Values> rows;
  for (const auto& [review, reports] : listed) {
    rows.push_back(DescribeSummary(review, reports, zone_));
  }
  std::vector<Values> offers;
  for (const service::ReviewSummary& review : Ask([&] {
         return stores_.gallery.List(GalleryState::kOffered, kMaxOffers);
       })) {
    offers.push_back(DescribeSummary(review, 0, zone_));
  }
  values.emplace_back("at_desk", true);
  values.emplace_back("nothing", rows.empty() && offers.empty());
  values.emplace_back("any", !rows.empty());
  values.emplace_back("reviews", std::move(rows));
  values.emplace_back("any_offers", !offers.empty());
  values.emplace_back("offers", std::move(offers));
  AddPages(values, "/admin/?", page, more);

  const std::string done = QueryField(request, "done");
  const std::string id = QueryField(request, "review");
  if (IsDeed(done) && service::IsReviewId(id)) {
    const Values notice = {
        {"did_" + done, true}, {"id", id}, {"path", AdminPath(id)}};
    values.emplace_back("notice", std::vector<Values>{notice});
  }
  return pages_.Private(200, "desk", std::move(values));
}

Response AdminRoutes::Reviews(const Request& request, Values values) const {
  const int page = PageOf(request);
  service::ReviewQuery query = {.limit = kReviewsPerPage + 1,
                                .offset = (page - 1) * kReviewsPerPage};
  const std::string wanted = QueryField(request, "state");
  for (const ReviewState state : kStates) {
    if (wanted == service::StateName(state)) query.state = state;
  }
  auto listed = Ask([&] { return stores_.moderation.List(query); });
  const auto counts = Ask([&] { return stores_.moderation.Count(); });
  const bool more = std::ssize(listed) > kReviewsPerPage;
  if (more) listed.pop_back();
  std::vector<Values> rows;
  for (const auto& [review, reports] : listed) {
    rows.push_back(DescribeSummary(review, reports, zone_));
  }
  int total = 0;
  std::vector<Values> states;
  for (const ReviewState state : kStates) {
    const std::string name(service::StateName(state));
    const int count = counts.by_state[static_cast<size_t>(state)];
    total += count;
    states.push_back({{"name", name},
                      {"count", std::to_string(count)},
                      {"path", "/admin/reviews/?state=" + name},
                      {"current", query.state == state}});
  }
  const std::string path = query.state
                               ? fmt::format("/admin/reviews/?state={}&",
                                             service::StateName(*query.state))
                               : "/admin/reviews/?";
  values.emplace_back("at_reviews", true);
  values.emplace_back("total", std::to_string(total));
  values.emplace_back("all", !query.state.has_value());
  values.emplace_back("states", std::move(states));
  values.emplace_back("any", !rows.empty());
  values.emplace_back("reviews", std::move(rows));
  AddPages(values, path, page, more);
  return pages_.Private(200, "reviews", std::move(values));
}

Values AdminRoutes::DescribeEntry(const service::AuditEntry& entry) const {
  Values values = {{"actor", entry.actor},
                   {"action", entry.action},
                   {"subject", entry.subject}};
  if (!entry.note.empty()) values.emplace_back("note", entry.note);
  if (service::IsReviewId(entry.subject)) {
    values.emplace_back("path", AdminPath(entry.subject));
  }
  AddTime(values, "at", entry.at, zone_);
  return values;
}

Response AdminRoutes::Review(std::string_view id, const char* page,
                             Values values) const {
  const auto stored = Ask([&] { return stores_.submissions.Find(id); });
  if (!stored) return pages_.Missing();
  const service::Review& review = stored->review;
  const auto kept = Ask([&] { return stores_.moderation.Reports(id); });
  const auto place = Ask([&] { return stores_.gallery.StateOf(id); });
  const auto trail = Ask([&] { return stores_.trail.List(id, 100, 0); });

  values.emplace_back("id", review.id);
  values.emplace_back("path", AdminPath(review.id));
  values.emplace_back("link", site_.origin() + ReviewPath(review.id));
  values.emplace_back("prompt", base::ToValidUtf8(review.prompt));
  values.emplace_back("prompt_short", Shorten(review.prompt, 60));
  values.emplace_back("state", std::string(service::StateName(review.state)));
  values.emplace_back("eccentricity", std::to_string(review.eccentricity));
  if (!stored->fault.empty()) {
    values.emplace_back("fault", base::ToValidUtf8(stored->fault));
  }
  AddTime(values, "created", review.created, zone_);
  std::vector<Values> texts;
  for (const std::string& text : review.texts) {
    texts.push_back({{"number", std::to_string(texts.size() + 1)},
                     {"paragraphs", SplitParagraphs(text)}});
  }
  values.emplace_back("texts", std::move(texts));
  bool reported = false;
  std::vector<Values> reports;
  for (const auto& [report, blocked, open] : kept) {
    reported = reported || open;
    Values& described = reports.emplace_back();
    described = {{"for_" + std::string(ReasonName(report.reason)), true},
                 {"blocked", blocked},
                 {"open", open}};
    if (!report.note.empty()) described.emplace_back("note", report.note);
    AddTime(described, "at", report.created, zone_);
  }
  values.emplace_back("reported", !reports.empty());
  values.emplace_back("reports", std::move(reports));
  std::vector<Values> entries;
  for (const service::AuditEntry& entry : trail) {
    entries.push_back(DescribeEntry(entry));
  }
  values.emplace_back("any_entries", !entries.empty());
  values.emplace_back("entries", std::move(entries));
  AddDeeds(values, review.state, reported, place);
  return pages_.Private(200, page, std::move(values));
}

Response AdminRoutes::Trail(const Request& request, Values values) const {
  const int page = PageOf(request);
  auto trail = Ask([&] {
    return stores_.trail.List("", kEntriesPerPage + 1,
                              (page - 1) * kEntriesPerPage);
  });
  const bool more = std::ssize(trail) > kEntriesPerPage;
  if (more) trail.pop_back();
  std::vector<Values> entries;
  for (const service::AuditEntry& entry : trail) {
    entries.push_back(DescribeEntry(entry));
  }
  values.emplace_back("at_trail", true);
  values.emplace_back("any_entries", !entries.empty());
  values.emplace_back("entries", std::move(entries));
  AddPages(values, "/admin/trail/?", page, more);
  return pages_.Private(200, "trail", std::move(values));
}

Response AdminRoutes::Do(const Request& request) const {
  const auto address = ParseAddress(request.path);
  if (!address || !address->rest.starts_with('/')) return pages_.Missing();
  const std::string_view id = address->id;
  const std::string_view word = address->rest.substr(1);
  if (!IsDeed(word)) return pages_.Missing();
  const service::Deed deed = {service::kByAdminPage, clock_.Now()};
  service::ModerationStore& owner = stores_.moderation;
  const bool done = Ask([&] {
    if (word == "approve") return owner.Approve(id, deed);
    if (word == "block") return owner.Block(id, deed);
    if (word == "unblock") return owner.Unblock(id, deed);
    if (word == "erase") return owner.Erase(id, deed);
    if (word == "hang") return stores_.gallery.Hang(id, deed);
    return stores_.gallery.Unhang(id, deed);
  });
  if (!done) {
    return pages_.Problem(409, "Nothing was done",
                          "The review has changed since this page was opened, "
                          "or is gone. Please look at it again.");
  }
  return Redirect(303, fmt::format("/admin/?done={}&review={}", word, id));
}

}  // namespace artspeak::web
