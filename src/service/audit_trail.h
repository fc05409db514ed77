// Port: who did what to the site, and when. Only ever added to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace artspeak::service {

// Who: `actor` of an entry.
inline constexpr std::string_view kByVisitor = "visitor";
inline constexpr std::string_view kByAdminPage = "admin page";
inline constexpr std::string_view kByCommand = "command line";

// Who does something now, for the trail.
struct Deed {
  std::string_view actor;
  base::UnixTime at{};
};

struct AuditEntry {
  base::UnixTime at{};
  std::string actor;
  std::string action;  // "block", "unblock", "approve", "erase", "sign in", …
  std::string subject;  // a review's id; empty: the site
  std::string note;     // no visitor's words and no address: entries stay
};

// Thread-safe, and several processes may share one trail. What changes a review
// writes its entry in the same transaction (ModerationStore); Append is for
// what changes nothing else. Throws base::Error as the stores do.
class AuditTrail {
 public:
  virtual ~AuditTrail() = default;

  virtual void Append(const AuditEntry& entry) = 0;

  // Newest first; with a subject, those about it alone.
  virtual std::vector<AuditEntry> List(std::string_view subject, int limit,
                                       int offset) = 0;
};

}  // namespace artspeak::service
