#include "service/submission_store.h"

namespace artspeak::service {

std::vector<std::optional<StoredProgress>> SubmissionStore::FindProgress(
    std::span<const std::string> ids) {
  std::vector<std::optional<StoredProgress>> all;
  for (const std::string& id : ids) {
    std::optional<StoredProgress>& progress = all.emplace_back();
    const std::optional<StoredReview> stored = Find(id);
    if (!stored) continue;
    progress = {{.state = stored->review.state,
                 .texts = static_cast<int>(stored->review.texts.size()),
                 .jobs_ahead = stored->review.jobs_ahead},
                stored->started};
  }
  return all;
}

}  // namespace artspeak::service
