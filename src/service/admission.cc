#include "service/admission.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/log.h"
#include "service/mail_address_hash.h"

namespace artspeak::service {

namespace {

using std::chrono::seconds;

constexpr double kTimeTrapFrom = 0.25;
constexpr double kProofFrom = 0.5;
// How soon to look again whether the line is shorter.
constexpr seconds kLineMoves{60};
constexpr seconds kLookEvery{1};

// Equal for texts that differ in blanks and the case of plain letters alone.
std::string Folded(std::string_view prompt) {
  std::string folded;
  for (const char c : prompt) {
    if (c == ' ' || c == '\n') {
      if (!folded.empty() && folded.back() != ' ') folded += ' ';
    } else {
      folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return folded;
}

int ProofBits(double used) {
  if (used < kProofFrom) return 0;
  const double part = std::min(1.0, (used - kProofFrom) / (1 - kProofFrom));
  return kLeastProofBits +
         static_cast<int>(part * (kMostProofBits - kLeastProofBits));
}

// Rounded up, at least one.
seconds Rest(base::UnixTime until, base::UnixTime now) {
  return std::max(seconds(1), std::chrono::ceil<seconds>(until - now));
}

}  // namespace

Admission::Admission(AdmissionStore& store, base::Clock& clock, std::string key,
                     AdmissionLimits limits)
    : store_(store),
      clock_(clock),
      key_(std::move(key)),
      office_(key_),
      limits_(limits) {}

double Admission::UsedPart(std::string_view client,
                           const Traffic& traffic) const {
  const auto part = [](int used, int limit) {
    return static_cast<double>(used) / limit;
  };
  return std::max(
      {client.empty() ? 0 : part(traffic.of_client, limits_.per_client),
       part(traffic.total, limits_.total),
       part(traffic.waiting, limits_.queue)});
}

int Admission::HouseProofBits(base::UnixTime now) {
  {
    std::lock_guard lock(mutex_);
    // A clock that was set back must not stop this for long.
    if (now >= looked_ && now - looked_ < kLookEvery) return house_proof_bits_;
    looked_ = now;
  }
  int bits = 0;
  try {
    bits = ProofBits(UsedPart("", store_.Count({}, now - kLimitWindow)));
  } catch (const base::Error& error) {
    base::LogError("how busy the site is could not be read: {}", error.what());
  }
  std::lock_guard lock(mutex_);
  return house_proof_bits_ = bits;
}

FormTicket Admission::Renewed(std::string_view client, std::string_view old,
                              int proof_bits, base::UnixTime now) const {
  const std::optional<Ticket> sent = office_.Read(old, client, now);
  if (sent && sent->proof_bits >= proof_bits) {
    return {std::string(old), sent->proof_bits};
  }
  return {office_.Issue(sent ? sent->issued : now, proof_bits, client),
          proof_bits};
}

FormTicket Admission::TicketFor(std::string_view client, std::string_view old) {
  const base::UnixTime now = clock_.Now();
  return Renewed(client, old, HouseProofBits(now), now);
}

Decision Admission::Judge(const Attempt& attempt, const Traffic& traffic,
                          base::UnixTime now) const {
  const auto full = [&](Verdict verdict, seconds retry_after) {
    return Decision{verdict, retry_after,
                    Renewed(attempt.client, attempt.ticket, 0, now)};
  };
  if (traffic.waiting >= limits_.queue) {
    return full(Verdict::kLineFull, kLineMoves);
  }
  if (traffic.total >= limits_.total) {
    return full(Verdict::kHouseFull,
                Rest(traffic.total_oldest + kLimitWindow, now));
  }
  const bool known = !attempt.client.empty();
  if (known && traffic.of_client >= limits_.per_client) {
    return full(Verdict::kClientFull,
                Rest(traffic.client_oldest + kLimitWindow, now));
  }
  if (known && traffic.of_prompt >= limits_.per_prompt) {
    return full(Verdict::kPromptFull,
                Rest(traffic.prompt_oldest + kLimitWindow, now));
  }

  const double used = UsedPart(attempt.client, traffic);
  if (used < kTimeTrapFrom) return {};
  const std::optional<Ticket> ticket =
      office_.Read(attempt.ticket, attempt.client, now);
  const base::UnixTime begun = ticket ? ticket->issued : now;
  const int bits = ProofBits(used);
  if (bits == 0) {
    if (now - begun >= kLeastWriting) return {};
    return {Verdict::kTooSoon, Rest(begun + kLeastWriting, now),
            Renewed(attempt.client, attempt.ticket, 0, now)};
  }
  if (ticket && ticket->proof_bits > 0 && !traffic.spent &&
      IsProof(attempt.ticket, attempt.proof, ticket->proof_bits)) {
    return {};
  }
  const base::UnixTime last =
      traffic.of_client > 0 ? traffic.client_newest : base::UnixTime{};
  const base::UnixTime waited = std::max(begun, last) + kWaitWithoutProof;
  if (ticket && now >= waited) return {};
  Decision decision{Verdict::kNeedsProof, Rest(waited, now), {}};
  // The same ticket again, however hard its proof is, unless it is spent.
  if (ticket && ticket->proof_bits > 0 && !traffic.spent) {
    decision.ticket = {attempt.ticket, ticket->proof_bits};
  } else {
    decision.ticket = {office_.Issue(begun, bits, attempt.client), bits};
  }
  return decision;
}

Decision Admission::Decide(const Attempt& attempt) {
  const base::UnixTime now = clock_.Now();
  if (!attempt.trap.empty()) {
    return {Verdict::kTrapped, kLeastWriting,
            TicketFor(attempt.client, attempt.ticket)};
  }
  Entry entry{attempt.client,
              base::KeyedBlake2bHex(key_, "prompt " + Folded(attempt.prompt)),
              ""};
  if (const auto ticket = office_.Read(attempt.ticket, attempt.client, now)) {
    entry.ticket_number = ticket->number;
  }
  const base::UnixTime since = now - kLimitWindow;
  // Whoever is refused must not hold the writers' lock: look first.
  Decision decision = Judge(attempt, store_.Count(entry, since), now);
  if (decision.verdict != Verdict::kWelcome) return decision;
  store_.Enter(entry,
               {.now = now, .since = since, .forget_spent = now - kTicketLife},
               [&](const Traffic& traffic) {
                 decision = Judge(attempt, traffic, now);
                 return decision.verdict == Verdict::kWelcome;
               });
  return decision;
}

bool Admission::PromiseMail(std::string_view address) {
  return store_.PromiseMail(MailAddressHash(key_, address), limits_.mails,
                            clock_.Now());
}

}  // namespace artspeak::service
