#include "service/reception.h"

#include <span>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "service/estimate.h"
#include "service/review_id.h"

namespace artspeak::service {

namespace {

uint64_t NewSeed() {
  uint64_t seed = 0;
  base::SystemRandom(std::as_writable_bytes(std::span(&seed, 1)));
  return seed;
}

}  // namespace

std::string_view StateName(ReviewState state) {
  switch (state) {
    case ReviewState::kWaiting:
      return "waiting";
    case ReviewState::kGenerating:
      return "generating";
    case ReviewState::kDone:
      return "done";
    case ReviewState::kFailed:
      return "failed";
    case ReviewState::kBlocked:
      return "blocked";
    case ReviewState::kHeld:
      return "held";
  }
  return "unknown";
}

Reception::Reception(SubmissionStore& store, base::Clock& clock,
                     std::function<void()> on_submission,
                     std::function<bool(std::string_view prompt)> must_wait)
    : store_(store),
      clock_(clock),
      on_submission_(std::move(on_submission)),
      must_wait_(std::move(must_wait)) {}

std::variant<std::string, std::vector<FieldFault>> Reception::Submit(
    const SubmissionForm& form) {
  auto checked = CheckForm(form);
  if (auto* faults = std::get_if<std::vector<FieldFault>>(&checked)) {
    return std::move(*faults);
  }
  Submission& submission = std::get<Submission>(checked);
  submission.created = clock_.Now();
  submission.held = must_wait_ && must_wait_(submission.prompt);
  // Of 2^60 ids none will be taken; a broken random source must not loop.
  for (int i = 0; i < 5; ++i) {
    submission.id = NewReviewId();
    if (store_.Add(submission, NewSeed())) {
      if (on_submission_) on_submission_();
      return submission.id;
    }
  }
  throw base::Error(
      "no free review id was found in five tries: the system's random source "
      "is broken");
}

std::optional<Review> Reception::Find(std::string_view id) {
  if (!IsReviewId(id)) return std::nullopt;
  std::optional<StoredReview> stored = store_.Find(id);
  if (!stored) return std::nullopt;
  Review& review = stored->review;
  if (review.state == ReviewState::kBlocked ||
      review.state == ReviewState::kHeld) {
    review.prompt.clear();
    review.texts.clear();
    review.places.clear();
  } else if (review.state == ReviewState::kWaiting ||
             review.state == ReviewState::kGenerating) {
    const StoredProgress progress = {
        {.state = review.state, .jobs_ahead = review.jobs_ahead},
        stored->started};
    review.estimate =
        EstimateRest(progress, store_.RecentJobs(kMeasuredJobs), clock_.Now());
  }
  return std::move(review);
}

std::vector<std::optional<ReviewProgress>> Reception::FindProgress(
    std::span<const std::string> ids) {
  std::vector<std::optional<ReviewProgress>> all;
  const std::vector<JobTimes> recent = store_.RecentJobs(kMeasuredJobs);
  const base::UnixTime now = clock_.Now();
  for (std::optional<StoredProgress>& stored : store_.FindProgress(ids)) {
    std::optional<ReviewProgress>& progress = all.emplace_back();
    if (!stored) continue;
    progress = stored->progress;
    progress->estimate = EstimateRest(*stored, recent, now);
  }
  return all;
}

std::vector<Review> Reception::FindDone(std::span<const std::string> ids) {
  std::vector<Review> reviews;
  for (const std::string& id : ids) {
    std::optional<Review> review = Find(id);
    if (review && review->state == ReviewState::kDone) {
      reviews.push_back(std::move(*review));
    }
  }
  return reviews;
}

std::variant<ReportOutcome, std::vector<FieldFault>> Reception::Report(
    std::string_view id, const ReportForm& form, std::string_view client) {
  if (!IsReviewId(id)) return ReportOutcome::kUnknown;
  auto checked = CheckReport(form);
  if (auto* faults = std::get_if<std::vector<FieldFault>>(&checked)) {
    if (!store_.Find(id)) return ReportOutcome::kUnknown;
    return std::move(*faults);
  }
  auto& report = std::get<service::Report>(checked);
  report.client = client;
  report.created = clock_.Now();
  return store_.AddReport(id, report);
}

}  // namespace artspeak::service
