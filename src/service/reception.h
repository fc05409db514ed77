// The front desk: everything the site does for a visitor.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "service/review.h"
#include "service/submission.h"
#include "service/submission_store.h"

namespace artspeak::service {

// Thread-safe if the store and the clock are. Every function throws base::Error
// when the store cannot answer (locked, disk full): the page says so with a
// 503, and nothing was changed.
class Reception {
 public:
  // `on_submission` is called after each stored submission, so that a worker in
  // the same process wakes at once; it must not block. `must_wait` says of a
  // prompt whether the owner reads it first; thread-safe, and may throw
  // base::Error.
  Reception(SubmissionStore& store, base::Clock& clock,
            std::function<void()> on_submission = {},
            std::function<bool(std::string_view prompt)> must_wait = {});

  // Stores the submission and its job in one transaction and returns the new
  // id; or the faults, with nothing stored.
  std::variant<std::string, std::vector<FieldFault>> Submit(
      const SubmissionForm& form);

  // Nothing for an id that is unknown or no id at all. A blocked or held review
  // comes without prompt and texts: no page can show them by mistake.
  std::optional<Review> Find(std::string_view id);

  // As the store's. What was found under an equal version is what Find would
  // find now, but for estimates.
  std::optional<StoreVersion> Version() { return store_.Version(); }

  // How far each of `ids` is, in their order; nothing for an unknown one.
  std::vector<std::optional<ReviewProgress>> FindProgress(
      std::span<const std::string> ids);

  // The reviews among `ids` that are done, in that order; unknown, unfinished
  // and blocked ones are left out. For the examples that the owner chose.
  std::vector<Review> FindDone(std::span<const std::string> ids);

  // A visitor's report blocks the review or not, as report.h says; the owner
  // can undo it. Or the faults, with nothing stored. `client`: see Report.
  std::variant<ReportOutcome, std::vector<FieldFault>> Report(
      std::string_view id, const ReportForm& form, std::string_view client);

 private:
  SubmissionStore& store_;
  base::Clock& clock_;
  std::function<void()> on_submission_;
  std::function<bool(std::string_view prompt)> must_wait_;
};

}  // namespace artspeak::service
