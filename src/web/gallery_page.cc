#include "web/gallery_page.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/utf8.h"
#include "web/paragraphs.h"
#include "web/preview.h"
#include "web/review_page.h"

namespace artspeak::web {

namespace {

using service::HungReview;

// In code points. A prompt has 500 at most: what is longer than a title should
// be read on the review's own page.
constexpr size_t kTitleCharacters = 160;
constexpr size_t kFirstExcerptCharacters = 520;
constexpr size_t kExcerptCharacters = 280;

std::string TitleOf(const service::Review& review) {
  std::string title = Shorten(review.prompt, kTitleCharacters);
  return title.empty() ? "Untitled" : title;
}

// How the first text that says something begins; empty if none does.
std::string ExcerptOf(const service::Review& review, size_t characters) {
  return Shorten(fmt::format("{}", fmt::join(FirstSpokenText(review), " ")),
                 characters);
}

Values DescribeWork(const HungReview& hung, const TimeZone& zone, bool first) {
  const service::Review& review = hung.review;
  const LocalTime time = zone.Local(hung.hung);
  Values values = {{"id", review.id},
                   {"path", ReviewPath(review.id)},
                   {"title", TitleOf(review)},
                   {"eccentricity", std::to_string(review.eccentricity)},
                   {"hung_date", FormatDate(time)},
                   {"hung_iso", FormatIso(time)},
                   {"first", first}};
  std::string excerpt =
      ExcerptOf(review, first ? kFirstExcerptCharacters : kExcerptCharacters);
  if (!excerpt.empty()) values.emplace_back("excerpt", std::move(excerpt));
  return values;
}

}  // namespace

std::string RoomPath(int number) {
  return number <= 1 ? "/gallery/" : fmt::format("/gallery/{}/", number);
}

Values DescribeRoom(const service::GalleryRoom& room, const net::Url& site,
                    const TimeZone& zone) {
  std::vector<Values> works;
  for (const HungReview& hung : room.reviews) {
    works.push_back(DescribeWork(hung, zone, works.empty()));
  }
  Values values = DescribePreview(site, RoomPath(room.number));
  values.insert(values.end(), {{"at_gallery", true},
                               {"works", std::move(works)},
                               {"number", std::to_string(room.number)},
                               {"rooms", std::to_string(room.rooms)},
                               {"first_room", room.number == 1},
                               {"several_rooms", room.rooms > 1},
                               {"feed_path", std::string(kFeedPath)}});
  if (room.number > 1) {
    values.emplace_back("newer_path", RoomPath(room.number - 1));
  }
  if (room.number < room.rooms) {
    values.emplace_back("older_path", RoomPath(room.number + 1));
  }
  return values;
}

Values DescribeFeed(std::span<const HungReview> newest, const net::Url& site,
                    const TimeZone& zone) {
  std::vector<Values> entries;
  for (const HungReview& hung : newest) {
    const service::Review& review = hung.review;
    entries.push_back({{"link", site.origin() + ReviewPath(review.id)},
                       {"title", TitleOf(review)},
                       {"prompt", base::ToValidUtf8(review.prompt)},
                       {"paragraphs", FirstSpokenText(review)},
                       {"eccentricity", std::to_string(review.eccentricity)},
                       {"created_iso", FormatIso(zone.Local(review.created))},
                       {"hung_iso", FormatIso(zone.Local(hung.hung))}});
  }
  // An empty feed was never changed.
  const base::UnixTime updated =
      newest.empty() ? base::UnixTime{} : newest.front().hung;
  return {{"gallery_link", site.origin() + RoomPath(1)},
          {"feed_link", site.origin() + std::string(kFeedPath)},
          {"updated", FormatIso(zone.Local(updated))},
          {"entries", std::move(entries)}};
}

Values DescribePlace(service::GalleryState state, std::string_view id) {
  using service::GalleryState;
  return {{"may_offer", state == GalleryState::kNotOffered},
          {"offered", state == GalleryState::kOffered},
          {"hung", state == GalleryState::kHung},
          {"offer_path", ReviewPath(id) + "/offer"}};
}

}  // namespace artspeak::web
