// Port: where submissions and their texts are kept.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/provenance.h"
#include "service/report.h"
#include "service/review.h"
#include "service/submission.h"

namespace artspeak::service {

// A review made elsewhere, before: the origin's site.
struct ImportedReview {
  std::string id;  // eight hexadecimal digits, or a new one
  std::string prompt;
  int eccentricity = 0;
  base::UnixTime created{};
  std::vector<std::string> texts;
};

// When a job entered the line, was leased, and was done.
struct JobTimes {
  base::UnixTime created{};
  base::UnixTime started{};
  base::UnixTime finished{};
};

// A review as the store knows it: also what a blocked one holds.
struct StoredReview {
  Review review;             // without estimate
  base::UnixTime started{};  // of the present lease, while generating
  std::optional<base::UnixTime> blocked;  // since when
  std::optional<base::UnixTime> held;     // likewise
  std::string fault;                      // why it failed; for the owner
  // Of review.texts, one each; none for an imported text, and for one written
  // before this was kept.
  std::vector<std::optional<Provenance>> provenances;
};

// A review's progress as the store knows it.
struct StoredProgress {
  ReviewProgress progress;   // without estimate
  base::UnixTime started{};  // of the present lease, while generating
};

// Two equal ones: nothing was written between the moments they are of.
using StoreVersion = std::array<int64_t, 4>;

struct ReviewSummary {
  std::string id;
  std::string prompt;
  base::UnixTime created{};
  ReviewState state = ReviewState::kWaiting;
};

// Thread-safe, and several processes may share one store. A function either
// does all it says and has made it durable when it returns, or throws
// base::Error and has done nothing.
class SubmissionStore {
 public:
  virtual ~SubmissionStore() = default;

  // Writes the submission and its job, which begins waiting, in one
  // transaction. `seed` decides the job's texts. False if the id is taken. The
  // job of a held submission is leased to nobody until the owner approves.
  // If the visitor wants to join the mailing list, the wish too, with the mail
  // that asks for confirmation (subscriber_store.h): unless the address is on
  // the list, or got or waits for such a mail (kConfirmationMailEvery).
  virtual bool Add(const Submission& submission, uint64_t seed) = 0;

  // Writes a finished review. False if the id is taken.
  virtual bool Import(const ImportedReview& review) = 0;

  virtual std::optional<StoredReview> Find(std::string_view id) = 0;

  // How far each of `ids` is, in their order; nothing for an unknown one. Asked
  // each second about thousands: this one asks Find for each, a real store
  // knows better.
  virtual std::vector<std::optional<StoredProgress>> FindProgress(
      std::span<const std::string> ids);

  // Keeps the report, unless kMaxOpenReports are open, and blocks the review
  // (ModerationStore::Block) unless report.h says otherwise.
  virtual ReportOutcome AddReport(std::string_view id,
                                  const Report& report) = 0;

  // What is in the store now; nothing while that cannot be told from what will
  // be in a moment. Cheap, for whoever keeps what was asked before.
  virtual std::optional<StoreVersion> Version() { return std::nullopt; }

  // The last `count` jobs done at their first attempt, in the order they
  // finished.
  virtual std::vector<JobTimes> RecentJobs(int count) = 0;
};

}  // namespace artspeak::service
