// The service's JobQueue on SQLite.
#pragma once

#include "service/job_queue.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteJobQueue : public service::JobQueue {
 public:
  // `database` must outlive the queue.
  explicit SqliteJobQueue(SqliteDatabase& database) : database_(database) {}

  std::optional<service::LeasedJob> LeaseNext(std::string_view owner,
                                              base::UnixTime now) override;
  bool Renew(const service::Lease& lease, base::UnixTime now) override;
  bool SaveText(const service::Lease& lease, int place, std::string_view text,
                const service::Provenance& provenance) override;
  bool Finish(const service::Lease& lease, base::UnixTime now) override;
  bool Fail(const service::Lease& lease, std::string_view fault,
            base::UnixTime retry_at, base::UnixTime now) override;
  bool GiveBack(const service::Lease& lease) override;
  service::QueueCounts Count() override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
