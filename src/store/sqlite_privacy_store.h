// The service's PrivacyStore on SQLite.
#pragma once

#include "service/privacy_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqlitePrivacyStore : public service::PrivacyStore {
 public:
  // `database` must outlive the store.
  explicit SqlitePrivacyStore(SqliteDatabase& database) : database_(database) {}

  service::Forgotten Forget(base::UnixTime before, base::UnixTime now) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
