// The service's SubmissionStore on SQLite.
#pragma once

#include "service/submission_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteSubmissionStore : public service::SubmissionStore {
 public:
  // `database` must outlive the store.
  explicit SqliteSubmissionStore(SqliteDatabase& database)
      : database_(database) {}

  bool Add(const service::Submission& submission, uint64_t seed) override;
  bool Import(const service::ImportedReview& review) override;
  std::optional<service::StoreVersion> Version() override;
  std::optional<service::StoredReview> Find(std::string_view id) override;
  std::vector<std::optional<service::StoredProgress>> FindProgress(
      std::span<const std::string> ids) override;
  service::ReportOutcome AddReport(std::string_view id,
                                   const service::Report& report) override;
  std::vector<service::JobTimes> RecentJobs(int count) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
