// One more row of the audit trail, in the transaction of what it tells of. Only
// for this room's .cc files.
#pragma once

#include <string_view>

#include "service/audit_trail.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

inline void InsertAudit(SQLite::Database& database, const service::Deed& deed,
                        std::string_view action, std::string_view subject,
                        std::string_view note = {}) {
  Execute(database,
          "INSERT INTO audit (at, actor, action, subject, note) "
          "VALUES (?, ?, ?, ?, ?)",
          deed.at, deed.actor, action, subject, note);
}

}  // namespace artspeak::store
