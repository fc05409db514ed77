// The service's AdmissionStore on SQLite.
#pragma once

#include "service/admission_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteAdmissionStore : public service::AdmissionStore {
 public:
  // `database` must outlive the store.
  explicit SqliteAdmissionStore(SqliteDatabase& database)
      : database_(database) {}

  service::Traffic Count(const service::Entry& entry,
                         base::UnixTime since) override;
  bool Enter(
      const service::Entry& entry, const Times& times,
      const std::function<bool(const service::Traffic&)>& may_enter) override;
  bool PromiseMail(const std::string& address, int limit,
                   base::UnixTime now) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
