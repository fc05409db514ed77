#include "store/subscriber_rows.h"

#include "base/hash.h"
#include "service/outbox.h"
#include "service/subscriber_store.h"
#include "service/subscription_token.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

using service::kConfirmationMailEvery;

std::string SubscriberKey(std::string_view address) {
  std::string lower(address);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return base::Blake2bHex(lower);
}

void RequestSubscription(SQLite::Database& database, std::string_view address,
                         std::string_view wording, base::UnixTime now) {
  PurgeSubscribers(database, now);
  const std::string key = SubscriberKey(address);
  SQLite::Statement held_back = Prepare(
      database,
      "SELECT 1 FROM subscriber p WHERE p.key = ?1 AND "
      "((p.confirmed IS NOT NULL AND p.ended IS NULL) OR EXISTS ("
      "SELECT 1 FROM outbox o WHERE o.subscriber = p.number "
      "AND o.kind = ?2 AND coalesce(o.ended, ?3) > ?4))",
      key, service::kConfirmationMail, now, now - kConfirmationMailEvery);
  if (held_back.executeStep()) return;
  // A wish that is repeated keeps its token: the link of the first mail holds.
  Execute(database,
          "INSERT INTO subscriber "
          "(key, address, token, requested, requested_wording) "
          "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE SET "
          "address = ?2, token = iif(ended IS NULL, token, ?3), "
          "requested = ?4, requested_wording = ?5, confirmed = NULL, "
          "confirmed_wording = NULL, ended = NULL",
          key, address, service::NewSubscriptionToken(), now, wording);
  Execute(database,
          "INSERT INTO outbox (kind, subscriber, created, due) "
          "SELECT ?1, number, ?2, ?2 FROM subscriber WHERE key = ?3",
          service::kConfirmationMail, now, key);
}

void PurgeSubscribers(SQLite::Database& database, base::UnixTime now) {
  Execute(database,
          "DELETE FROM subscriber WHERE ended <= ?1 OR "
          "(confirmed IS NULL AND requested <= ?2)",
          now - kConfirmationMailEvery, now - service::kUnconfirmedKeptFor);
}

}  // namespace artspeak::store
