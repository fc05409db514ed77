// The service's Outbox on SQLite.
#pragma once

#include "service/outbox.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteOutbox : public service::Outbox {
 public:
  // `database` must outlive the outbox.
  explicit SqliteOutbox(SqliteDatabase& database) : database_(database) {}

  std::optional<service::DueMail> TakeDue(std::string_view owner,
                                          base::UnixTime now) override;
  bool MarkSent(const service::DueMail& mail, base::UnixTime now) override;
  bool Postpone(const service::DueMail& mail, base::UnixTime retry_at,
                std::string_view reason) override;
  bool Suppress(const service::DueMail& mail, std::string_view reason,
                base::UnixTime now) override;
  service::OutboxCounts Count() override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
