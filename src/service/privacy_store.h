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

  // Deletes, in one transaction: of submissions the mail address, if by
  // `before` the mail went out or was given up, the job failed or the review
  // was blocked (the list for news has its own, see subscriber_store.h); and
  // the hash of the client, of those that came by `before`; and of reports the
  // same, but not while kReportWindow still needs it at `now`; and hashes of
  // mail addresses that kMailWindow no longer needs. Or throws base::Error and
  // has done nothing.
  virtual Forgotten Forget(base::UnixTime before, base::UnixTime now) = 0;
};

}  // namespace artspeak::service
