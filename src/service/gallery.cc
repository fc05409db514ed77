#include "service/gallery.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "service/review_id.h"

namespace artspeak::service {

std::string_view GalleryStateName(GalleryState state) {
  switch (state) {
    case GalleryState::kNotOffered:
      return "not offered";
    case GalleryState::kOffered:
      return "offered";
    case GalleryState::kHung:
      return "hung";
    case GalleryState::kDeclined:
      return "declined";
  }
  return "unknown";
}

bool Gallery::Offer(std::string_view id) {
  return IsReviewId(id) && store_.Offer(id, clock_.Now());
}

GalleryState Gallery::StateOf(std::string_view id) {
  return IsReviewId(id) ? store_.StateOf(id) : GalleryState::kNotOffered;
}

std::optional<GalleryRoom> Gallery::Room(int number) {
  constexpr int kMaxRooms = std::numeric_limits<int>::max() / kReviewsPerRoom;
  if (number < 1 || number > kMaxRooms) return std::nullopt;
  HungReviews hung =
      store_.Hung((number - 1) * kReviewsPerRoom, kReviewsPerRoom);
  const int rooms =
      std::max(1, (hung.total + kReviewsPerRoom - 1) / kReviewsPerRoom);
  if (number > rooms) return std::nullopt;
  return GalleryRoom{number, rooms, std::move(hung.reviews)};
}

std::vector<HungReview> Gallery::Newest(int limit) {
  return store_.Hung(0, limit).reviews;
}

std::vector<HungId> Gallery::HungIds(int limit) {
  return store_.HungIds(limit);
}

}  // namespace artspeak::service
