#include "store/sqlite_audit_trail.h"

#include "store/audit_row.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

void SqliteAuditTrail::Append(const service::AuditEntry& entry) {
  database_.Write([&](SQLite::Database& database) {
    InsertAudit(database, {entry.actor, entry.at}, entry.action, entry.subject,
                entry.note);
  });
}

std::vector<service::AuditEntry> SqliteAuditTrail::List(
    std::string_view subject, int limit, int offset) {
  std::vector<service::AuditEntry> entries;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT at, actor, action, subject, note FROM audit "
                "WHERE ?1 = '' OR subject = ?1 ORDER BY id DESC "
                "LIMIT ?2 OFFSET ?3",
                subject, limit, offset);
    while (row.executeStep()) {
      entries.push_back({ToTime(row.getColumn(0)), ToText(row.getColumn(1)),
                         ToText(row.getColumn(2)), ToText(row.getColumn(3)),
                         ToText(row.getColumn(4))});
    }
  });
  return entries;
}

}  // namespace artspeak::store
