// The service's ModerationStore on SQLite.
#pragma once

#include "service/moderation_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteModerationStore : public service::ModerationStore {
 public:
  // `database` must outlive the store.
  explicit SqliteModerationStore(SqliteDatabase& database)
      : database_(database) {}

  std::vector<service::ListedReview> List(
      const service::ReviewQuery& query) override;
  service::ReviewCounts Count() override;
  std::vector<service::KeptReport> Reports(std::string_view id) override;
  bool Block(std::string_view id, const service::Deed& deed) override;
  bool Unblock(std::string_view id, const service::Deed& deed) override;
  bool Approve(std::string_view id, const service::Deed& deed) override;
  bool Erase(std::string_view id, const service::Deed& deed) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
