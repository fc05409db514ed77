#include "store/sqlite_person_store.h"

#include "store/sqlite_values.h"
#include "store/subscriber_rows.h"

namespace artspeak::store {

service::ErasedPerson SqlitePersonStore::Erase(std::string_view address,
                                               bool reviews) {
  service::ErasedPerson erased;
  database_.Write([&](SQLite::Database& database) {
    erased.subscription =
        Execute(database, "DELETE FROM subscriber WHERE key = ?",
                SubscriberKey(address)) > 0;
    if (reviews) {
      // Texts, job and mails go with it.
      erased.reviews = Execute(
          database, "DELETE FROM submission WHERE lower(email) = lower(?)",
          address);
      return;
    }
    Execute(database,
            "DELETE FROM outbox WHERE ended IS NULL AND job IN ("
            "SELECT j.id FROM job j JOIN submission s "
            "ON s.number = j.submission WHERE lower(s.email) = lower(?))",
            address);
    erased.addresses = Execute(
        database,
        "UPDATE submission SET email = '' WHERE lower(email) = lower(?)",
        address);
  });
  return erased;
}

}  // namespace artspeak::store
