#include "store/sqlite_moderation_store.h"

#include <fmt/format.h>

#include "store/audit_row.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

using service::Deed;
using service::ReviewState;

namespace {

// Those that wait for the owner, by two small indexes.
constexpr std::string_view kOpen =
    "SELECT number FROM submission WHERE held IS NOT NULL AND blocked IS NULL "
    "UNION SELECT submission FROM report WHERE settled IS NULL";

std::optional<int64_t> NumberOf(SQLite::Database& database,
                                std::string_view id) {
  SQLite::Statement row =
      Prepare(database, "SELECT number FROM submission WHERE id = ?", id);
  if (!row.executeStep()) return std::nullopt;
  return row.getColumn(0).getInt64();
}

int SettleReports(SQLite::Database& database, int64_t number,
                  const Deed& deed) {
  return Execute(database,
                 "UPDATE report SET settled = ? "
                 "WHERE submission = ? AND settled IS NULL",
                 deed.at, number);
}

}  // namespace

std::vector<service::ListedReview> SqliteModerationStore::List(
    const service::ReviewQuery& query) {
  std::vector<service::ListedReview> listed;
  database_.Read([&](SQLite::Database& database) {
    const std::string sql = fmt::format(
        "SELECT id, prompt, created, state, (SELECT count(*) FROM report p "
        "WHERE p.submission = number AND p.settled IS NULL) FROM review "
        "WHERE (?1 < 0 OR state = ?1) {} "
        "ORDER BY created DESC, number DESC LIMIT ?2 OFFSET ?3",
        query.open ? fmt::format("AND number IN ({})", kOpen) : "");
    SQLite::Statement row =
        Prepare(database, sql.c_str(),
                query.state ? static_cast<int>(*query.state) : -1, query.limit,
                query.offset);
    while (row.executeStep()) {
      listed.push_back({{ToText(row.getColumn(0)), ToText(row.getColumn(1)),
                         ToTime(row.getColumn(2)),
                         static_cast<ReviewState>(row.getColumn(3).getInt())},
                        row.getColumn(4).getInt()});
    }
  });
  return listed;
}

service::ReviewCounts SqliteModerationStore::Count() {
  service::ReviewCounts counts;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement state(
        database, "SELECT state, count(*) FROM review GROUP BY state");
    while (state.executeStep()) {
      counts.by_state.at(state.getColumn(0).getUInt()) =
          state.getColumn(1).getInt();
    }
    counts.open =
        database.execAndGet(fmt::format("SELECT count(*) FROM ({})", kOpen))
            .getInt();
  });
  return counts;
}

std::vector<service::KeptReport> SqliteModerationStore::Reports(
    std::string_view id) {
  std::vector<service::KeptReport> reports;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT p.reason, p.note, p.client, p.created, p.blocked, "
                "p.settled IS NULL FROM report p "
                "JOIN submission s ON s.number = p.submission WHERE s.id = ? "
                "ORDER BY p.id DESC",
                id);
    while (row.executeStep()) {
      service::Report report;
      report.reason = service::ParseReason(ToText(row.getColumn(0)))
                          .value_or(service::ReportReason::kOther);
      report.note = ToText(row.getColumn(1));
      report.client = ToText(row.getColumn(2));
      report.created = ToTime(row.getColumn(3));
      reports.push_back({std::move(report), row.getColumn(4).getInt() != 0,
                         row.getColumn(5).getInt() != 0});
    }
  });
  return reports;
}

bool SqliteModerationStore::Block(std::string_view id, const Deed& deed) {
  std::optional<int64_t> number;
  database_.Write([&](SQLite::Database& database) {
    number = NumberOf(database, id);
    if (!number) return;
    const int settled = SettleReports(database, *number, deed);
    const int blocked = Execute(database,
                                "UPDATE submission SET blocked = ?, "
                                "cleared = NULL "
                                "WHERE number = ? AND blocked IS NULL",
                                deed.at, *number);
    if (blocked + settled > 0) InsertAudit(database, deed, "block", id);
  });
  return number.has_value();
}

bool SqliteModerationStore::Unblock(std::string_view id, const Deed& deed) {
  std::optional<int64_t> number;
  database_.Write([&](SQLite::Database& database) {
    number = NumberOf(database, id);
    if (!number) return;
    const int settled = SettleReports(database, *number, deed);
    // An imported review has no job: it is finished.
    const int changed = Execute(
        database,
        "UPDATE submission SET blocked = NULL, cleared = iif(EXISTS (SELECT 1 "
        "FROM job WHERE submission = ?2 AND finished IS NULL), NULL, ?1) "
        "WHERE number = ?2 AND (blocked IS NOT NULL OR ?3 > 0)",
        deed.at, *number, settled);
    if (changed > 0) InsertAudit(database, deed, "unblock", id);
  });
  return number.has_value();
}

bool SqliteModerationStore::Approve(std::string_view id, const Deed& deed) {
  std::optional<int64_t> number;
  database_.Write([&](SQLite::Database& database) {
    number = NumberOf(database, id);
    if (!number) return;
    if (Execute(database,
                "UPDATE submission SET held = NULL "
                "WHERE number = ? AND held IS NOT NULL",
                *number) == 0) {
      return;
    }
    // From now on it waits for a worker: what the line's pace is measured by.
    Execute(database, "UPDATE job SET not_before = ? WHERE submission = ?",
            deed.at, *number);
    InsertAudit(database, deed, "approve", id);
  });
  return number.has_value();
}

bool SqliteModerationStore::Erase(std::string_view id, const Deed& deed) {
  bool known = false;
  database_.Write([&](SQLite::Database& database) {
    known = Execute(database, "DELETE FROM submission WHERE id = ?", id) == 1;
    if (known) InsertAudit(database, deed, "erase", id);
  });
  return known;
}

}  // namespace artspeak::store
