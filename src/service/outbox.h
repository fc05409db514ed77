// Port: mails to send. A row is written in the transaction that makes it due
// (JobQueue::Finish), so that a mail exists exactly when its reason does.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace artspeak::service {

// The kinds of mail; a job has at most one of a kind.
inline constexpr std::string_view kReviewReadyMail = "review-ready";

// How long one sender holds a mail. A mailer gives up well before.
inline constexpr std::chrono::seconds kMailLeaseTime{300};

// A mail leased by one sender. `attempt` grows with every lease, as with jobs.
struct DueMail {
  int64_t id = 0;
  std::string owner;
  int attempt = 0;  // 1 for the first
  std::string kind;
  std::string to;  // a valid address
  std::string review_id;
  base::UnixTime review_created{};
  base::UnixTime created{};  // when the mail became due
};

struct OutboxCounts {
  int due = 0;
  int sent = 0;
  int suppressed = 0;
};

// Thread-safe, and several processes may share one outbox. A function does all
// or throws base::Error and has done nothing. Mails of blocked reviews stay
// until they are unblocked.
class Outbox {
 public:
  virtual ~Outbox() = default;

  // Leases the mail that has been due longest, until now + kMailLeaseTime.
  virtual std::optional<DueMail> TakeDue(std::string_view owner,
                                         base::UnixTime now) = 0;

  // The functions below return false, and change nothing, unless `mail` is the
  // row's present lease.

  virtual bool MarkSent(const DueMail& mail, base::UnixTime now) = 0;
  // Due again at `retry_at`.
  virtual bool Postpone(const DueMail& mail, base::UnixTime retry_at,
                        std::string_view reason) = 0;
  // Never sent.
  virtual bool Suppress(const DueMail& mail, std::string_view reason,
                        base::UnixTime now) = 0;

  virtual OutboxCounts Count() = 0;
};

}  // namespace artspeak::service
