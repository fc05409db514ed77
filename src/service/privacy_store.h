// Port: what the site knows about its visitors, to be forgotten in time.
#pragma once

#include "base/clock.h"

namespace artspeak::service {

struct Forgotten {
  int addresses = 0;  // mail addresses
  int clients = 0;    // hashes of network addresses
};

// Thread-safe, and several processes may share one store.
class PrivacyStore {
 public:
  virtual ~PrivacyStore() = default;

  // Deletes, in one transaction, of submissions: the mail address if nothing
  // was or will be sent to it since `before` (the mail went out or was given
  // up, the job failed, the review is blocked) and it is not on the list for
  // news; and the hash of the client if it came before `before`. Or throws
  // base::Error and has done nothing.
  virtual Forgotten Forget(base::UnixTime before) = 0;
};

}  // namespace artspeak::service
