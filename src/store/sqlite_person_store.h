// The service's PersonStore on SQLite.
#pragma once

#include "service/person_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqlitePersonStore : public service::PersonStore {
 public:
  // `database` must outlive the store.
  explicit SqlitePersonStore(SqliteDatabase& database) : database_(database) {}

  service::ErasedPerson Erase(std::string_view address, bool reviews,
                              const service::Deed& deed) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
