// How long a review will still take, from how long the last ones took.
#pragma once

#include <optional>
#include <span>

#include "base/clock.h"
#include "service/review.h"
#include "service/submission_store.h"

namespace artspeak::service {

inline constexpr int kMeasuredJobs = 20;  // how many of the last jobs count

// Two measures of `recent` (in the order they finished) make the range, each by
// its first and third quartile: the time a job takes from its lease to its end,
// and the time the line takes to move up by one while it is not empty, which is
// shorter when workers run side by side. A review with n jobs ahead is done
// after n moves and its own time; the one in hand may be as good as done, so
// the low end counts one move less. Nothing with fewer than three measured
// jobs, or when the review is neither waiting nor generating.
std::optional<SecondsRange> EstimateRest(const StoredProgress& review,
                                         std::span<const JobTimes> recent,
                                         base::UnixTime now);

}  // namespace artspeak::service
