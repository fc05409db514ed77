#include "store/sqlite_admission_store.h"

#include "store/sqlite_values.h"

namespace artspeak::store {

using service::Entry;
using service::Traffic;

namespace {

Traffic CountIn(SQLite::Database& database, const Entry& entry,
                base::UnixTime since) {
  Traffic traffic;
  SQLite::Statement entries = Prepare(
      database,
      "SELECT count(*), min(at), "
      "count(*) FILTER (WHERE client = ?1), "
      "min(at) FILTER (WHERE client = ?1), max(at) FILTER (WHERE client = ?1), "
      "count(*) FILTER (WHERE prompt = ?2), min(at) FILTER (WHERE prompt = ?2) "
      "FROM admission WHERE at > ?3",
      entry.client, entry.prompt, since);
  entries.executeStep();
  traffic.total = entries.getColumn(0).getInt();
  traffic.total_oldest = ToTime(entries.getColumn(1));
  traffic.of_client = entries.getColumn(2).getInt();
  traffic.client_oldest = ToTime(entries.getColumn(3));
  traffic.client_newest = ToTime(entries.getColumn(4));
  traffic.of_prompt = entries.getColumn(5).getInt();
  traffic.prompt_oldest = ToTime(entries.getColumn(6));

  SQLite::Statement jobs(
      database,
      "SELECT count(*) FROM job j JOIN submission s ON s.number = j.submission "
      "WHERE j.finished IS NULL AND s.blocked IS NULL AND s.held IS NULL");
  jobs.executeStep();
  traffic.waiting = jobs.getColumn(0).getInt();
  traffic.spent =
      Prepare(database, "SELECT 1 FROM spent_ticket WHERE number = ?",
              entry.ticket_number)
          .executeStep();
  return traffic;
}

}  // namespace

Traffic SqliteAdmissionStore::Count(const Entry& entry, base::UnixTime since) {
  Traffic traffic;
  database_.Read([&](SQLite::Database& database) {
    traffic = CountIn(database, entry, since);
  });
  return traffic;
}

bool SqliteAdmissionStore::Enter(
    const Entry& entry, const Times& times,
    const std::function<bool(const Traffic&)>& may_enter) {
  bool entered = false;
  database_.Write([&](SQLite::Database& database) {
    entered = may_enter(CountIn(database, entry, times.since));
    if (!entered) return;
    Execute(database, "DELETE FROM admission WHERE at <= ?", times.since);
    Execute(database, "DELETE FROM spent_ticket WHERE at <= ?",
            times.forget_spent);
    Execute(database,
            "INSERT INTO admission (at, client, prompt) VALUES (?, ?, ?)",
            times.now, entry.client, entry.prompt);
    if (entry.ticket_number.empty()) return;
    Execute(database,
            "INSERT INTO spent_ticket (number, at) VALUES (?, ?) "
            "ON CONFLICT DO NOTHING",
            entry.ticket_number, times.now);
  });
  return entered;
}

bool SqliteAdmissionStore::PromiseMail(const std::string& address, int limit,
                                       base::UnixTime now) {
  bool promised = false;
  database_.Write([&](SQLite::Database& database) {
    Execute(database, "DELETE FROM promised_mail WHERE at <= ?",
            now - service::kMailWindow);
    promised = Execute(database,
                       "INSERT INTO promised_mail (at, address) SELECT ?1, ?2 "
                       "WHERE (SELECT count(*) FROM promised_mail "
                       "WHERE address = ?2) < ?3",
                       now, address, limit) == 1;
  });
  return promised;
}

}  // namespace artspeak::store
