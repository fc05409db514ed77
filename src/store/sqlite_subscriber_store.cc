#include "store/sqlite_subscriber_store.h"

#include "service/outbox.h"
#include "store/sqlite_values.h"
#include "store/subscriber_rows.h"

namespace artspeak::store {

using service::Subscription;
using service::SubscriptionState;

namespace {

constexpr const char* kFindOne =
    "SELECT token, address, requested, requested_wording, confirmed, "
    "confirmed_wording, ended FROM subscriber WHERE token = ?";
constexpr const char* kFindConfirmed =
    "SELECT token, address, requested, requested_wording, confirmed, "
    "confirmed_wording, ended FROM subscriber "
    "WHERE confirmed IS NOT NULL AND ended IS NULL ORDER BY confirmed, number";

Subscription ToSubscription(SQLite::Statement& row) {
  Subscription subscription;
  subscription.token = ToText(row.getColumn(0));
  subscription.address = ToText(row.getColumn(1));
  subscription.requested = ToTime(row.getColumn(2));
  subscription.requested_wording = ToText(row.getColumn(3));
  if (!row.isColumnNull(4)) {
    subscription.state = SubscriptionState::kConfirmed;
    subscription.confirmed = ToTime(row.getColumn(4));
    subscription.confirmed_wording = ToText(row.getColumn(5));
  }
  if (!row.isColumnNull(6)) subscription.state = SubscriptionState::kEnded;
  return subscription;
}

}  // namespace

std::optional<Subscription> SqliteSubscriberStore::Find(
    std::string_view token) {
  std::optional<Subscription> found;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row = Prepare(database, kFindOne, token);
    if (row.executeStep()) found = ToSubscription(row);
  });
  return found;
}

bool SqliteSubscriberStore::Confirm(std::string_view token,
                                    std::string_view wording,
                                    base::UnixTime now) {
  bool on_list = false;
  database_.Write([&](SQLite::Database& database) {
    // First: a wish that is as old as that is not confirmed any more.
    PurgeSubscribers(database, now);
    on_list = Execute(database,
                      "UPDATE subscriber SET "
                      "confirmed_wording = coalesce(confirmed_wording, ?1), "
                      "confirmed = coalesce(confirmed, ?2) "
                      "WHERE token = ?3 AND ended IS NULL",
                      wording, now, token) == 1;
    // A second mail that still waits would ask for what is done.
    Execute(database,
            "DELETE FROM outbox WHERE ended IS NULL AND kind = ?1 AND "
            "subscriber = (SELECT number FROM subscriber WHERE token = ?2 "
            "AND ended IS NULL)",
            service::kConfirmationMail, token);
  });
  return on_list;
}

bool SqliteSubscriberStore::End(std::string_view token, base::UnixTime now) {
  bool ended = false;
  database_.Write([&](SQLite::Database& database) {
    ended = Execute(database,
                    "UPDATE subscriber SET ended = ?1, address = '' "
                    "WHERE token = ?2 AND ended IS NULL",
                    now, token) == 1;
    Execute(database,
            "DELETE FROM outbox WHERE ended IS NULL AND subscriber = "
            "(SELECT number FROM subscriber WHERE token = ?)",
            token);
    PurgeSubscribers(database, now);
  });
  return ended;
}

std::vector<Subscription> SqliteSubscriberStore::Confirmed() {
  std::vector<Subscription> subscriptions;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row(database, kFindConfirmed);
    while (row.executeStep()) subscriptions.push_back(ToSubscription(row));
  });
  return subscriptions;
}

std::optional<int> SqliteSubscriberStore::QueueNews(
    const service::MailWords& news, base::UnixTime now) {
  std::optional<int> queued;
  database_.Write([&](SQLite::Database& database) {
    const bool is_new =
        Execute(database,
                "INSERT INTO news (subject, text, created) VALUES (?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                news.subject, news.text, now) == 1;
    if (!is_new) return;
    queued = Execute(database,
                     "INSERT INTO outbox "
                     "(kind, subscriber, news, bulk, created, due) "
                     "SELECT ?1, number, ?2, 1, ?3, ?3 FROM subscriber "
                     "WHERE confirmed IS NOT NULL AND ended IS NULL "
                     "ORDER BY number",
                     service::kNewsMail, int64_t{database.getLastInsertRowid()},
                     now);
  });
  return queued;
}

void SqliteSubscriberStore::Purge(base::UnixTime now) {
  database_.Write(
      [&](SQLite::Database& database) { PurgeSubscribers(database, now); });
}

}  // namespace artspeak::store
