// The service's SecretStore on SQLite.
#pragma once

#include "service/secret_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteSecretStore : public service::SecretStore {
 public:
  // `database` must outlive the store.
  explicit SqliteSecretStore(SqliteDatabase& database) : database_(database) {}

  std::string Secret() override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
