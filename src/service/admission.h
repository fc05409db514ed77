// The doorkeeper: who may submit now, and what it takes. Nothing is asked of a
// visitor while the site is quiet; the busier it is, the more.
//
//   a quarter of a limit is used:  the form must come from this site and have
//                                  taken a person's time (the time trap)
//   half of it:                    a proof of work; or, since a browser may run
//                                  no scripts, a minute on the form and a
//                                  minute since this client's last submission
//   all of it:                     nothing more for now
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "service/admission_store.h"
#include "service/form_ticket.h"

namespace artspeak::service {

// Submissions within an hour, but for the last two. Each at least 1.
struct AdmissionLimits {
  int per_client = 30;
  int per_prompt = 20;  // the same words, from whomever
  int total = 600;
  int queue = 200;  // jobs waiting or in hand
  int mails = 5;    // to one address within kMailWindow
};

inline constexpr std::chrono::hours kLimitWindow{1};
inline constexpr std::chrono::seconds kLeastWriting{3};
inline constexpr std::chrono::seconds kWaitWithoutProof{60};
// Tries that a proof takes: 2^16 on average where it is first asked for, a
// moment of a phone, up to 2^20 close to the limit.
inline constexpr int kLeastProofBits = 16;
inline constexpr int kMostProofBits = 20;

// What a form must carry hidden. With proof_bits > 0 its script finds a proof.
struct FormTicket {
  std::string ticket;
  int proof_bits = 0;
};

// A form that was sent. All but the client: any bytes whatever.
struct Attempt {
  std::string client = {};  // ClientHash; empty: nobody, whom only totals limit
  std::string prompt = {};
  std::string ticket = {};
  std::string proof = {};
  std::string trap = {};  // a field that people do not see and programs fill in
};

enum class Verdict {
  kWelcome,
  kTrapped,     // the trap was filled in
  kTooSoon,     // not from our form, or sent faster than a person could
  kNeedsProof,  // or the wait in its place
  kClientFull,
  kPromptFull,
  kHouseFull,  // the limit in total
  kLineFull,   // the queue's cap
};

struct Decision {
  Verdict verdict = Verdict::kWelcome;
  // After which the same form may be welcome; at least 1 s unless welcome.
  std::chrono::seconds retry_after{0};
  // For the form that comes back with the visitor's words.
  FormTicket ticket;
};

// Thread-safe. Every function but TicketFor throws base::Error when the store
// cannot answer.
class Admission {
 public:
  // `key`: SecretStore's. store and clock must outlive this.
  Admission(AdmissionStore& store, base::Clock& clock, std::string key,
            AdmissionLimits limits);

  // For a form to be shown. `old`: the ticket that was sent before, if any;
  // time spent on the form counts on. Asks the store once a second at most; if
  // that cannot answer, as on a quiet site.
  FormTicket TicketFor(std::string_view client, std::string_view old = {});

  // If welcome, the attempt is counted and its proof spent: then store the
  // submission.
  Decision Decide(const Attempt& attempt);

  // Whether the review's link may be mailed to `address`, which is only what
  // somebody typed; then that mail is counted.
  bool PromiseMail(std::string_view address);

  const AdmissionLimits& limits() const { return limits_; }

 private:
  Decision Judge(const Attempt& attempt, const Traffic& traffic,
                 base::UnixTime now) const;
  double UsedPart(std::string_view client, const Traffic& traffic) const;
  int HouseProofBits(base::UnixTime now);
  FormTicket Renewed(std::string_view client, std::string_view old,
                     int proof_bits, base::UnixTime now) const;

  AdmissionStore& store_;
  base::Clock& clock_;
  const std::string key_;
  const TicketOffice office_;
  const AdmissionLimits limits_;

  std::mutex mutex_;         // guards both below
  base::UnixTime looked_{};  // when the house was last looked at
  int house_proof_bits_ = 0;
};

}  // namespace artspeak::service
