// The notifier: sends the mails that are due.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "service/doorbell.h"
#include "service/mailer.h"
#include "service/outbox.h"

namespace artspeak::service {

inline constexpr std::chrono::minutes kFirstMailRetry{1};
inline constexpr std::chrono::hours kLastMailRetry{4};
inline constexpr std::chrono::hours kMailGivenUpAfter{48};

// The wait after attempt `attempt` (from 1) failed for now: one minute, doubled
// each time up to four hours, a quarter more or less at random so that mails
// delayed together do not come back together, and within those bounds.
std::chrono::milliseconds MailRetryDelay(int attempt,
                                         base::RandomStream& random);

// Every mail is sent once, but for one gap that no protocol closes: if this
// process dies after the server's 250 and before MarkSent has committed, the
// mail is sent again when its lease has run out. So each such crash costs at
// most one duplicate, and both copies carry the same Message-ID, by which many
// mailboxes show one. A store that cannot write in that moment is not a crash:
// the notifier keeps trying to record the mail and sends nothing else.
class Notifier {
 public:
  struct Options {
    std::string name;  // the owner of leases; no two notifiers share one
    std::string message_id_domain;  // of the sender's address
    std::chrono::milliseconds poll = std::chrono::seconds(5);
    uint64_t jitter_seed = 0;
  };

  // outbox, mailer and clock must outlive the notifier. If `renderer` throws
  // (a broken template), the mail is tried again later.
  Notifier(Outbox& outbox, Mailer& mailer, MailRenderer renderer,
           base::Clock& clock, Options options);

  // Sends until stop is requested. Does not throw for faults of the outbox, the
  // renderer or the server: it logs them and goes on. Call it once.
  void Run(std::stop_token stop);

  // A mail may be due. Thread-safe, does not block.
  void Wake() { doorbell_.Ring(); }

 private:
  bool SendNext();  // false: nothing is due
  void RecordSent();
  void Later(const DueMail& mail, const std::string& reason);

  Outbox& outbox_;
  Mailer& mailer_;
  MailRenderer renderer_;
  base::Clock& clock_;
  Options options_;
  base::RandomStream random_;
  Doorbell doorbell_;
  std::optional<DueMail> unrecorded_;  // sent, not yet marked
};

}  // namespace artspeak::service
