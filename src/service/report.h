// A visitor's report: that a page should go, and why.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "service/submission.h"

namespace artspeak::service {

// A report takes its page down at once, unless more were taken down within
// kReportWindow than this: so nobody empties a gallery. Beyond, and once the
// owner has put a page back, reports are kept for the owner and take nothing
// down.
inline constexpr std::chrono::hours kReportWindow{24};
inline constexpr int kBlocksPerClient = 3;
inline constexpr int kBlocksInTotal = 20;
// More on one page, before the owner has looked, say nothing new: they are
// answered alike, but not kept.
inline constexpr int kMaxOpenReports = 20;

inline constexpr size_t kMaxNoteCharacters = 500;  // code points

enum class ReportReason { kInsult, kPrivacy, kUnlawful, kOther };

// "insult", "privacy", "unlawful", "other".
std::string_view ReasonName(ReportReason reason);
std::optional<ReportReason> ParseReason(std::string_view name);

// The form's fields as posted: any bytes whatever.
struct ReportForm {
  std::string reason;
  std::string note;
};

// A checked report.
struct Report {
  ReportReason reason = ReportReason::kOther;
  std::string note;    // valid UTF-8; may be empty
  std::string client;  // tells visitors apart; empty: not known
  base::UnixTime created{};
};

enum class ReportOutcome {
  kUnknown,  // there is no such review
  kBlocked,  // the page is down, by this report or before
  kKept,     // it stays until the owner has looked
};

// Checks both fields; client and time of the result are not set yet. The faults
// name "reason" or "note". Never throws on bad input.
std::variant<Report, std::vector<FieldFault>> CheckReport(
    const ReportForm& form);

}  // namespace artspeak::service
