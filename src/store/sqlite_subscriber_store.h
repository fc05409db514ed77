// The service's SubscriberStore on SQLite.
#pragma once

#include "service/subscriber_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteSubscriberStore : public service::SubscriberStore {
 public:
  // `database` must outlive the store.
  explicit SqliteSubscriberStore(SqliteDatabase& database)
      : database_(database) {}

  std::optional<service::Subscription> Find(std::string_view token) override;
  bool Confirm(std::string_view token, std::string_view wording,
               base::UnixTime now) override;
  bool End(std::string_view token, base::UnixTime now) override;
  std::vector<service::Subscription> Confirmed() override;
  std::optional<int> QueueNews(const service::MailWords& news,
                               base::UnixTime now) override;
  void Purge(base::UnixTime now) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
