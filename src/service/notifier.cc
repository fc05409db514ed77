#include "service/notifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/log.h"

namespace artspeak::service {

namespace {

constexpr std::chrono::seconds kWaitAfterFault{30};

// For the log: no address, no token.
std::string Describe(const DueMail& mail) {
  return mail.review_id.empty()
             ? fmt::format("the {} mail {}", mail.kind, mail.id)
             : fmt::format("the mail for review {}", mail.review_id);
}

// The same for every attempt and for no other mail. What stands in a mail's
// header is copied far and wide, so a token is hashed.
std::string MessageName(const DueMail& mail) {
  if (!mail.review_id.empty()) {
    return fmt::format("{}.{}", mail.kind, mail.review_id);
  }
  return fmt::format(
      "{}.{}", mail.kind,
      base::Blake2bHex(fmt::format("{} {}", mail.subscription_token,
                                   mail.created.time_since_epoch().count()),
                       12));
}

}  // namespace

std::chrono::milliseconds MailRetryDelay(int attempt,
                                         base::RandomStream& random) {
  using std::chrono::milliseconds;
  const milliseconds least = kFirstMailRetry;
  const milliseconds most = kLastMailRetry;
  const milliseconds doubled =
      std::min(most, least * (int64_t{1} << std::clamp(attempt - 1, 0, 10)));
  const double factor = 0.75 + 0.5 * random.Uniform();
  return std::clamp(
      milliseconds(static_cast<int64_t>(doubled.count() * factor)), least,
      most);
}

Notifier::Notifier(Outbox& outbox, Mailer& mailer, MailRenderer renderer,
                   base::Clock& clock, Options options)
    : outbox_(outbox),
      mailer_(mailer),
      renderer_(std::move(renderer)),
      clock_(clock),
      options_(std::move(options)),
      random_(options_.jitter_seed) {}

void Notifier::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::chrono::milliseconds wait = options_.poll;
    try {
      RecordSent();
      while (!stop.stop_requested() && SendNext()) {
      }
    } catch (const base::Error& error) {
      base::LogError("the outbox: {}", error.what());
      wait = kWaitAfterFault;
    }
    doorbell_.Wait(clock_, wait, stop);
  }
  try {
    RecordSent();
  } catch (const base::Error& error) {
    base::LogError("{} will be sent twice: {}", Describe(*unrecorded_),
                   error.what());
  }
}

void Notifier::RecordSent() {
  if (!unrecorded_) return;
  outbox_.MarkSent(*unrecorded_, clock_.Now());
  unrecorded_.reset();
}

bool Notifier::SendNext() {
  const std::optional<DueMail> due =
      outbox_.TakeDue(options_.name, clock_.Now());
  if (!due) return false;

  Mail mail;
  mail.to = due->to;
  mail.date = due->created;
  mail.message_id =
      fmt::format("{}@{}", MessageName(*due), options_.message_id_domain);
  try {
    RenderedMail rendered = renderer_(*due);
    mail.subject = std::move(rendered.words.subject);
    mail.text = std::move(rendered.words.text);
    mail.unsubscribe_url = std::move(rendered.unsubscribe_url);
  } catch (const std::exception& error) {
    Later(*due, error.what());
    return true;
  }

  const DeliveryResult result = mailer_.Send(mail);
  switch (result.delivery) {
    case Delivery::kSent:
      unrecorded_ = due;
      RecordSent();
      break;
    case Delivery::kRetry:
      Later(*due, result.reason);
      break;
    case Delivery::kRefused:
      base::LogWarning("{} was refused and is not sent: {}", Describe(*due),
                       result.reason);
      outbox_.Suppress(*due, result.reason, clock_.Now());
      break;
  }
  return true;
}

void Notifier::Later(const DueMail& mail, const std::string& reason) {
  const base::UnixTime retry_at =
      clock_.Now() + MailRetryDelay(mail.attempt, random_);
  if (retry_at > mail.created + kMailGivenUpAfter) {
    base::LogWarning("{} is given up after {} h: {}", Describe(mail),
                     kMailGivenUpAfter.count(), reason);
    outbox_.Suppress(mail, "given up: " + reason, clock_.Now());
    return;
  }
  base::LogWarning("{} is tried again later: {}", Describe(mail), reason);
  outbox_.Postpone(mail, retry_at, reason);
}

}  // namespace artspeak::service
