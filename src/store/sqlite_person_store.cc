#include "store/sqlite_person_store.h"

#include <string>
#include <vector>

#include "service/mail_address_hash.h"
#include "store/audit_row.h"
#include "store/sqlite_secret_store.h"
#include "store/sqlite_values.h"
#include "store/subscriber_rows.h"

namespace artspeak::store {

service::ErasedPerson SqlitePersonStore::Erase(std::string_view address,
                                               bool reviews,
                                               const service::Deed& deed) {
  service::ErasedPerson erased;
  const std::string hash =
      service::MailAddressHash(SqliteSecretStore(database_).Secret(), address);
  database_.Write([&](SQLite::Database& database) {
    erased = {};
    erased.subscription =
        Execute(database, "DELETE FROM subscriber WHERE key = ?",
                SubscriberKey(address)) > 0;

    Execute(database, "DELETE FROM promised_mail WHERE address = ?", hash);

    // Who came from there within the hour, or reported something.
    Execute(database,
            "DELETE FROM admission WHERE client IN (SELECT client "
            "FROM submission WHERE lower(email) = lower(?) AND client <> '')",
            address);
    Execute(database,
            "UPDATE report SET client = '' WHERE client IN (SELECT client "
            "FROM submission WHERE lower(email) = lower(?) AND client <> '')",
            address);
    if (reviews) {
      // Texts, job, reports and mails go with it.
      SQLite::Statement row = Prepare(
          database,
          "DELETE FROM submission WHERE lower(email) = lower(?) RETURNING id",
          address);
      std::vector<std::string> ids;
      while (row.executeStep()) ids.push_back(ToText(row.getColumn(0)));
      for (const std::string& id : ids) {
        InsertAudit(database, deed, "erase", id);
      }
      erased.reviews = static_cast<int>(ids.size());
    } else {
      Execute(database,
              "DELETE FROM outbox WHERE ended IS NULL AND job IN ("
              "SELECT j.id FROM job j JOIN submission s "
              "ON s.number = j.submission WHERE lower(s.email) = lower(?))",
              address);
      erased.addresses =
          Execute(database,
                  "UPDATE submission SET email = '', client = '' "
                  "WHERE lower(email) = lower(?)",
                  address);
    }
    if (erased.subscription || erased.addresses > 0 || erased.reviews > 0) {
      InsertAudit(database, deed, "erase person", "");
    }
  });
  return erased;
}

}  // namespace artspeak::store
