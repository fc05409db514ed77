// One more row of the audit trail, in the transaction of what it tells of. Only
// for this room's .cc files.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string_view>

#include "service/audit_trail.h"

namespace artspeak::store {

void InsertAudit(SQLite::Database& database, const service::Deed& deed,
                 std::string_view action, std::string_view subject,
                 std::string_view note = {});

}  // namespace artspeak::store
