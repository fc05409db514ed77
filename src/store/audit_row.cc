#include "store/audit_row.h"

#include "store/sqlite_values.h"

namespace artspeak::store {

void InsertAudit(SQLite::Database& database, const service::Deed& deed,
                 std::string_view action, std::string_view subject,
                 std::string_view note) {
  Execute(database,
          "INSERT INTO audit (at, actor, action, subject, note) "
          "VALUES (?, ?, ?, ?, ?)",
          deed.at, deed.actor, action, subject, note);
}

}  // namespace artspeak::store
