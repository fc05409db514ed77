// Port: the line of jobs, and the leases under which workers hold them.
//
// A lease has an owner and an attempt number. The attempt grows with every
// lease of a job, so (job, owner, attempt) names one lease for ever: whoever
// comes late, after the lease ran out and another worker took over, is refused
// and changes nothing. So every job ends exactly once, whatever dies when.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/provenance.h"
#include "service/review.h"

namespace artspeak::service {

inline constexpr std::chrono::seconds kLeaseTime{120};
inline constexpr std::chrono::seconds kRenewEvery{30};
// Leases that ended without a result (the worker died, or generation failed)
// before the job is dead and the review shows that it failed. Leases given back
// in good order do not count.
inline constexpr int kMaxAttempts = 5;

struct Lease {
  int64_t job = 0;
  std::string owner;
  int attempt = 0;
};

struct LeasedJob {
  Lease lease;
  std::string review_id;
  std::string prompt;
  int eccentricity = 0;
  uint64_t seed = 0;
  // By place, kTextsPerReview of them: what earlier attempts finished.
  std::vector<std::optional<std::string>> texts;
};

// How many jobs are in which state; for the owner.
struct QueueCounts {
  int waiting = 0;
  int leased = 0;
  int done = 0;
  int dead = 0;
};

// Thread-safe, and several processes may share one queue. As with the store, a
// function does all or throws base::Error and has done nothing. Jobs enter
// through SubmissionStore::Add. Jobs of blocked and held reviews stay in line
// untouched.
class JobQueue {
 public:
  virtual ~JobQueue() = default;

  // Leases the oldest job that waits or whose lease ran out, until now +
  // kLeaseTime. A job whose last allowed attempt ran out dies here.
  virtual std::optional<LeasedJob> LeaseNext(std::string_view owner,
                                             base::UnixTime now) = 0;

  // The functions below return false, and change nothing, unless `lease` is the
  // job's present one. (A lease that ran out but that nobody took over is still
  // the present one.)

  // Holds the job until now + kLeaseTime.
  virtual bool Renew(const Lease& lease, base::UnixTime now) = 0;
  // Keeps one finished text and what it came from; `place` counts from 0. A
  // text that is kept already stays, and what that came from.
  virtual bool SaveText(const Lease& lease, int place, std::string_view text,
                        const Provenance& provenance) = 0;
  // Ends the job: one transaction writes the result, the mail to send if the
  // visitor left an address, and the job's end. All texts must be saved.
  virtual bool Finish(const Lease& lease, base::UnixTime now) = 0;
  // This attempt failed: the job waits until `retry_at`, or dies if this was
  // its last. `fault` is kept for the owner.
  virtual bool Fail(const Lease& lease, std::string_view fault,
                    base::UnixTime retry_at, base::UnixTime now) = 0;
  // The worker ends in good order: the job goes back to its place in line and
  // the attempt does not count.
  virtual bool GiveBack(const Lease& lease) = 0;

  virtual QueueCounts Count() = 0;
};

}  // namespace artspeak::service
