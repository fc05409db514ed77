// A ticket: what the form carries so that the site knows, when it comes back,
// that the site gave it out, when, and whether a proof of work was asked for.
//
// Nothing is kept for a ticket until it is used: it is signed. While nothing is
// asked for it holds the time alone, so it is the same for all visitors of a
// second. With a proof it is one client's own, and the proof is a number n,
// written in digits, such that SHA-256 of "TICKET.n" begins with so many bits
// 0.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace artspeak::service {

// Older ones are worth nothing.
inline constexpr std::chrono::hours kTicketLife{4};

struct Ticket {
  base::UnixTime issued{};  // whole seconds
  int proof_bits = 0;       // 0: no proof was asked for
  std::string number;       // names it, if there is a proof to spend
};

// Thread-safe.
class TicketOffice {
 public:
  // `key`: SecretStore's.
  explicit TicketOffice(std::string key);

  // Letters, digits and dots. `client`: as ClientHash says.
  std::string Issue(base::UnixTime now, int proof_bits,
                    std::string_view client) const;

  // Nothing if this site did not give it out, not to this client, or too long
  // ago. `text`: any bytes whatever.
  std::optional<Ticket> Read(std::string_view text, std::string_view client,
                             base::UnixTime now) const;

 private:
  std::string Sign(std::string_view content, std::string_view client) const;

  std::string key_;
};

// `ticket`: as issued; `proof`: any bytes whatever.
bool IsProof(std::string_view ticket, std::string_view proof, int bits);

}  // namespace artspeak::service
