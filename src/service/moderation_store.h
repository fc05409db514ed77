// Port: what the owner sees of reviews and does about them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/audit_trail.h"
#include "service/report.h"
#include "service/review.h"
#include "service/submission_store.h"

namespace artspeak::service {

struct ListedReview {
  ReviewSummary review;
  int open_reports = 0;  // that the owner has not decided on
};

struct ReviewQuery {
  bool open = false;  // only those that wait for the owner: held, or reported
  std::optional<ReviewState> state = {};  // only those
  int limit = 50;
  int offset = 0;
};

struct ReviewCounts {
  int open = 0;
  std::array<int, kReviewStates> by_state{};
};

struct KeptReport {
  Report report;
  bool blocked = false;  // it took the page down
  bool open = false;     // the owner has not decided yet
};

// Thread-safe, and several processes may share one store. A function does all,
// its entry in the audit trail too, or throws base::Error and has done nothing.
class ModerationStore {
 public:
  virtual ~ModerationStore() = default;

  // Newest first.
  virtual std::vector<ListedReview> List(const ReviewQuery& query) = 0;
  virtual ReviewCounts Count() = 0;
  // Of one review, newest first.
  virtual std::vector<KeptReport> Reports(std::string_view id) = 0;

  // The functions below are false for an unknown id. What is so already is no
  // deed: it leaves no entry.

  // Off the site at once. Keeps the texts; holds back the job and the mail.
  // Decides the open reports.
  virtual bool Block(std::string_view id, const Deed& deed) = 0;
  // Everything goes on where it was. Decides the open reports; once the review
  // is finished, so that the owner has read all of it, later reports do not
  // take it down.
  virtual bool Unblock(std::string_view id, const Deed& deed) = 0;
  // A held review goes into the line.
  virtual bool Approve(std::string_view id, const Deed& deed) = 0;
  // The review, its texts, reports and mail are gone; its job's worker is
  // refused. The audit trail keeps the id alone.
  virtual bool Erase(std::string_view id, const Deed& deed) = 0;
};

}  // namespace artspeak::service
