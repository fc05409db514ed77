#include "web/review_page.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "service/report.h"
#include "web/duration_words.h"
#include "web/paragraphs.h"

namespace artspeak::web {

namespace {

using service::Review;
using service::ReviewState;

// Previews show no more of a description.
constexpr size_t kExcerpt = 200;

Values DescribeSubmission(const Review& review, const net::Url& site,
                          const TimeZone& zone) {
  const LocalTime created = zone.Local(review.created);
  const std::string path = ReviewPath(review.id);
  return {{"id", review.id},
          {"prompt", base::ToValidUtf8(review.prompt)},
          {"prompt_short", Shorten(review.prompt, 60)},
          {"eccentricity", std::to_string(review.eccentricity)},
          {"path", path},
          {"link", site.origin() + path},
          {"card", site.origin() + path + "/card.png"},
          {"report_path", path + "/report"},
          {"note_limit", std::to_string(service::kMaxNoteCharacters)},
          {"created_date", FormatDate(created)},
          {"created_time", FormatTimeOfDay(created)},
          {"created_iso", FormatIso(created)}};
}

// Seconds until the page asks again: soon when something is about to happen,
// seldom when the line is long.
int RefreshAfter(const Review& review) {
  if (review.state == ReviewState::kGenerating || !review.estimate) return 4;
  return static_cast<int>(std::clamp(review.estimate->low / 8, 4.0, 15.0));
}

}  // namespace

std::string ReviewPath(std::string_view id) {
  return "/review/" + std::string(id);
}

Values DescribeReview(const Review& review, const net::Url& site,
                      const TimeZone& zone) {
  Values values = DescribeSubmission(review, site, zone);
  const bool waiting = review.state == ReviewState::kWaiting;
  const bool generating = review.state == ReviewState::kGenerating;
  values.emplace_back("waiting", waiting);
  values.emplace_back("generating", generating);
  values.emplace_back("done", review.state == ReviewState::kDone);
  values.emplace_back("failed", review.state == ReviewState::kFailed);

  const std::string total = std::to_string(service::kTextsPerReview);
  std::vector<Values> texts;
  for (size_t i = 0; i < review.texts.size(); ++i) {
    texts.push_back({{"number", std::to_string(PlaceOf(review, i) + 1)},
                     {"total", total},
                     {"first", PlaceOf(review, i) == 0},
                     {"paragraphs", SplitParagraphs(review.texts[i])}});
  }
  for (const std::string& text : review.texts) {
    std::string excerpt = Shorten(text, kExcerpt);
    if (excerpt.empty()) continue;
    values.emplace_back("excerpt", std::move(excerpt));
    break;
  }
  values.emplace_back("finished", std::to_string(texts.size()));
  values.emplace_back("total", total);
  values.emplace_back("none_yet", texts.empty());
  values.emplace_back("some", !texts.empty());
  values.emplace_back("texts", std::move(texts));

  if (waiting || generating) {
    values.emplace_back("events_path", ReviewPath(review.id) + "/events");
    values.emplace_back("refresh", std::to_string(RefreshAfter(review)));
    values.emplace_back("jobs_ahead", std::to_string(review.jobs_ahead));
    values.emplace_back("next", review.jobs_ahead <= 0);
    values.emplace_back("one_ahead", review.jobs_ahead == 1);
    values.emplace_back("several_ahead", review.jobs_ahead > 1);
    if (review.estimate) {
      values.emplace_back("estimate", DescribeRange(*review.estimate));
    }
  }
  return values;
}

Values DescribeExample(const Review& review, const net::Url& site,
                       const TimeZone& zone) {
  Values values = DescribeSubmission(review, site, zone);
  std::vector<std::string> paragraphs;
  for (const std::string& text : review.texts) {
    paragraphs = SplitParagraphs(text);
    if (!paragraphs.empty()) break;
  }
  if (!paragraphs.empty()) values.emplace_back("opening", paragraphs.front());
  values.emplace_back("paragraphs", std::move(paragraphs));
  return values;
}

}  // namespace artspeak::web
