#include "service/report.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/utf8.h"

namespace artspeak::service {

namespace {

constexpr std::array<std::pair<ReportReason, std::string_view>, 4> kNames = {
    {{ReportReason::kInsult, "insult"},
     {ReportReason::kPrivacy, "privacy"},
     {ReportReason::kUnlawful, "unlawful"},
     {ReportReason::kOther, "other"}}};

}  // namespace

std::string_view ReasonName(ReportReason reason) {
  for (const auto& [known, name] : kNames) {
    if (known == reason) return name;
  }
  return "other";
}

std::optional<ReportReason> ParseReason(std::string_view name) {
  for (const auto& [reason, known] : kNames) {
    if (known == name) return reason;
  }
  return std::nullopt;
}

std::variant<Report, std::vector<FieldFault>> CheckReport(
    const ReportForm& form) {
  std::vector<FieldFault> faults;
  const std::optional<ReportReason> reason = ParseReason(form.reason);
  if (!reason) {
    faults.push_back({"reason", "Please say why this page should go."});
  }
  // A character has at most four bytes and a posted line end two.
  if (form.note.size() > 8 * kMaxNoteCharacters ||
      base::CountCodePoints(form.note) > kMaxNoteCharacters) {
    faults.push_back(
        {"note", fmt::format("This is too long: please keep to {} characters.",
                             kMaxNoteCharacters)});
  }
  if (!faults.empty()) return faults;
  Report report;
  report.reason = *reason;
  report.note = base::ToValidUtf8(form.note);
  return report;
}

}  // namespace artspeak::service
