// The gallery as a visitor walks through it: rooms of a few reviews each, the
// newest on the wall first.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/gallery_store.h"

namespace artspeak::service {

// One over the whole wall and five rows of two below it.
inline constexpr int kReviewsPerRoom = 11;

struct GalleryRoom {
  int number = 1;  // from 1
  int rooms = 1;   // at least one, if an empty one
  std::vector<HungReview> reviews;
};

// Thread-safe if the store and the clock are. Every function throws base::Error
// when the store cannot answer.
class Gallery {
 public:
  Gallery(GalleryStore& store, base::Clock& clock)
      : store_(store), clock_(clock) {}

  // A visitor offers a review for the gallery. False unless it is done, and for
  // what is no id at all. Offering twice changes nothing.
  bool Offer(std::string_view id);

  GalleryState StateOf(std::string_view id);

  // Nothing if there is no such room; the first is there even when it is empty.
  std::optional<GalleryRoom> Room(int number);

  // The last reviews hung, the newest first.
  std::vector<HungReview> Newest(int limit);
  std::vector<HungId> HungIds(int limit);

 private:
  GalleryStore& store_;
  base::Clock& clock_;
};

}  // namespace artspeak::service
