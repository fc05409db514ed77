#include "service/estimate.h"

#include <algorithm>
#include <vector>

namespace artspeak::service {

namespace {

double SecondsBetween(base::UnixTime from, base::UnixTime to) {
  return std::max(0.0, base::Seconds(to - from).count());
}

SecondsRange Quartiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t last = values.size() - 1;
  return {values[last / 4], values[last - last / 4]};
}

}  // namespace

std::optional<SecondsRange> EstimateRest(const StoredProgress& stored,
                                         std::span<const JobTimes> recent,
                                         base::UnixTime now) {
  const ReviewProgress& review = stored.progress;
  const bool generating = review.state == ReviewState::kGenerating;
  if (recent.size() < 3 ||
      (!generating && review.state != ReviewState::kWaiting)) {
    return std::nullopt;
  }
  std::vector<double> durations;
  std::vector<double> moves;
  for (size_t i = 0; i < recent.size(); ++i) {
    const JobTimes& job = recent[i];
    durations.push_back(SecondsBetween(job.started, job.finished));
    // From when the one before was done, or from when there was a line at all.
    const base::UnixTime since =
        i == 0 ? job.started : std::max(recent[i - 1].finished, job.created);
    moves.push_back(SecondsBetween(since, job.finished));
  }
  const SecondsRange own = Quartiles(durations);
  if (generating) {
    const double elapsed = SecondsBetween(stored.started, now);
    // Overdue: it should end any moment, but may take as long as the slow ones
    // vary.
    return SecondsRange{
        std::max(0.0, own.low - elapsed),
        std::max(own.high - elapsed, std::max(1.0, own.high - own.low))};
  }
  const SecondsRange move = Quartiles(moves);
  const int ahead = review.jobs_ahead;
  return SecondsRange{own.low + std::max(0, ahead - 1) * move.low,
                      own.high + ahead * move.high};
}

}  // namespace artspeak::service
