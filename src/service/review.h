// What a permalink shows: the submission, how far it is, and its texts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace artspeak::service {

inline constexpr int kTextsPerReview = 5;

enum class ReviewState {
  kWaiting,     // in line
  kGenerating,  // a worker holds it
  kDone,
  kFailed,   // given up after the last attempt; texts finished before remain
  kBlocked,  // reported, or blocked by the owner
  kHeld,     // not in line until the owner has read the prompt
};
inline constexpr int kReviewStates = 6;

// "waiting", "generating", "done", "failed", "blocked", "held".
std::string_view StateName(ReviewState state);

// From now on, both ends in seconds, low <= high.
struct SecondsRange {
  double low = 0;
  double high = 0;
};

struct Review {
  std::string id;
  std::string prompt;
  int eccentricity = 0;
  base::UnixTime created{};
  ReviewState state = ReviewState::kWaiting;
  // The finished texts, in the order of their places: fewer than
  // kTextsPerReview until the review is done. UTF-8, as the model wrote them.
  std::vector<std::string> texts;
  // The places of `texts`, from 0; empty where none is missing before another.
  std::vector<int> places;
  // While waiting or generating: how many unfinished jobs were submitted
  // before this one.
  int jobs_ahead = 0;
  // While waiting or generating: when it will probably be done, measured on
  // the jobs before; none while too few were measured.
  std::optional<SecondsRange> estimate;
};

// Of texts[i].
inline int PlaceOf(const Review& review, size_t i) {
  return review.places.empty() ? static_cast<int>(i) : review.places.at(i);
}

// How far a review is, without a word of it.
struct ReviewProgress {
  ReviewState state = ReviewState::kWaiting;
  int texts = 0;       // that are finished
  int jobs_ahead = 0;  // this and the estimate as in Review
  std::optional<SecondsRange> estimate = {};
};

}  // namespace artspeak::service
