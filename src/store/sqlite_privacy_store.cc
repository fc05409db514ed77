#include "store/sqlite_privacy_store.h"

#include <algorithm>

#include "service/admission_store.h"
#include "service/report.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

service::Forgotten SqlitePrivacyStore::Forget(base::UnixTime before,
                                              base::UnixTime now) {
  service::Forgotten forgotten;
  database_.Write([&](SQLite::Database& database) {
    forgotten.addresses = Execute(
        database,
        "UPDATE submission SET email = '' "
        "WHERE email <> '' AND (blocked <= ?1 OR EXISTS ("
        "SELECT 1 FROM job j LEFT JOIN outbox o ON o.job = j.id "
        "WHERE j.submission = submission.number "
        "AND (o.ended <= ?1 OR (j.state = 'dead' AND j.finished <= ?1))))",
        before);
    forgotten.clients = Execute(
        database,
        "UPDATE submission SET client = '' WHERE client <> '' AND created <= ?",
        before);
    forgotten.clients += Execute(
        database,
        "UPDATE report SET client = '' WHERE client <> '' AND created <= ?",
        std::min(before, now - service::kReportWindow));
    Execute(database, "DELETE FROM promised_mail WHERE at <= ?",
            now - service::kMailWindow);
  });
  return forgotten;
}

}  // namespace artspeak::store
