// The service's AuditTrail on SQLite.
#pragma once

#include "service/audit_trail.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteAuditTrail : public service::AuditTrail {
 public:
  // `database` must outlive the trail.
  explicit SqliteAuditTrail(SqliteDatabase& database) : database_(database) {}

  void Append(const service::AuditEntry& entry) override;
  std::vector<service::AuditEntry> List(std::string_view subject, int limit,
                                        int offset) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
