// Port: who submitted what within the last hour, and where mails go, so that
// all web processes of a site keep its limits together.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/clock.h"

namespace artspeak::service {

// How long a mail counts for the address it goes to.
inline constexpr std::chrono::hours kMailWindow{24};

// A submission as the limits see it. All are hashes; see client.h.
struct Entry {
  std::string client;         // empty: nobody
  std::string prompt;         // equal for equal words
  std::string ticket_number;  // spent by entering; empty: none
};

// What came in since some moment, this entry's part in it, and the line as it
// is now. Times are without meaning where the count beside them is 0.
struct Traffic {
  int of_client = 0;
  int of_prompt = 0;
  int total = 0;
  int waiting = 0;  // jobs that are not finished, in sight or in hand
  base::UnixTime client_oldest{};
  base::UnixTime client_newest{};
  base::UnixTime prompt_oldest{};
  base::UnixTime total_oldest{};
  bool spent = false;  // the ticket's number was used before
};

// Thread-safe, and several processes may share one store. A function does all
// or throws base::Error and has done nothing.
class AdmissionStore {
 public:
  virtual ~AdmissionStore() = default;

  virtual Traffic Count(const Entry& entry, base::UnixTime since) = 0;

  // Counts, asks `may_enter`, and if so notes the entry and spends its ticket,
  // while nobody else enters. What came before `since`, and numbers spent
  // before `forget_spent`, are forgotten. Returns what `may_enter` said.
  struct Times {
    base::UnixTime now{};
    base::UnixTime since{};
    base::UnixTime forget_spent{};
  };
  virtual bool Enter(const Entry& entry, const Times& times,
                     const std::function<bool(const Traffic&)>& may_enter) = 0;

  // Notes a mail to `address` (MailAddressHash), unless `limit` were noted
  // within kMailWindow; then false. Older ones are forgotten.
  virtual bool PromiseMail(const std::string& address, int limit,
                           base::UnixTime now) = 0;
};

}  // namespace artspeak::service
