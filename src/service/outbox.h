// Port: mails to send. A row is written in the transaction that makes it due
// (JobQueue::Finish, SubmissionStore::Add, SubscriberStore::QueueNews), so that
// a mail exists exactly when its reason does.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "service/mail_words.h"

namespace artspeak::service {

// The kinds of mail. A job has at most one that its review is ready, and a
// subscriber at most one of each piece of news.
inline constexpr std::string_view kReviewReadyMail = "review-ready";
inline constexpr std::string_view kConfirmationMail = "confirmation";
inline constexpr std::string_view kNewsMail = "news";

// How long one sender holds a mail. A mailer gives up well before.
inline constexpr std::chrono::seconds kMailLeaseTime{300};

// A mail leased by one sender. `attempt` grows with every lease, as with jobs.
struct DueMail {
  int64_t id = 0;
  std::string owner;
  int attempt = 0;  // 1 for the first
  std::string kind;
  std::string to;            // a valid address
  base::UnixTime created{};  // when the mail became due

  // Of kReviewReadyMail.
  std::string review_id;
  base::UnixTime review_created{};

  // Of the other two: whose subscription it is about.
  std::string subscription_token;

  // Of kNewsMail.
  base::UnixTime confirmed{};  // when the subscriber joined the list
  MailWords news;              // as the owner wrote it
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

  // Leases the mail that has been due longest, until now + kMailLeaseTime. News
  // waits until nothing else is due: a visitor's link does not stand in line
  // behind a thousand subscribers.
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
