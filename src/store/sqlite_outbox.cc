#include "store/sqlite_outbox.h"

#include "store/sqlite_values.h"

namespace artspeak::store {

using service::DueMail;

std::optional<DueMail> SqliteOutbox::TakeDue(std::string_view owner,
                                             base::UnixTime now) {
  std::optional<int64_t> id;
  constexpr const char* kNext =
      "SELECT o.id FROM outbox o LEFT JOIN job j ON j.id = o.job "
      "LEFT JOIN submission s ON s.number = j.submission "
      "WHERE o.ended IS NULL AND o.due <= ? AND (o.job IS NULL OR "
      "(s.blocked IS NULL AND s.email <> '')) "
      "ORDER BY o.bulk, o.due, o.id LIMIT 1";
  const auto find_next = [&](SQLite::Database& database) {
    SQLite::Statement row = Prepare(database, kNext, now);
    id = row.executeStep() ? std::optional(row.getColumn(0).getInt64())
                           : std::nullopt;
  };
  database_.Read(find_next);  // as in the queue: look before locking
  if (!id) return std::nullopt;

  std::optional<DueMail> taken;
  database_.Write([&](SQLite::Database& database) {
    find_next(database);
    if (!id) return;
    Execute(database,
            "UPDATE outbox SET owner = ?, attempt = attempt + 1, due = ? "
            "WHERE id = ?",
            owner, now + service::kMailLeaseTime, *id);
    SQLite::Statement row =
        Prepare(database,
                "SELECT o.attempt, o.kind, coalesce(s.email, p.address), "
                "o.created, s.id, s.created, p.token, p.confirmed, n.subject, "
                "n.text FROM outbox o LEFT JOIN job j ON j.id = o.job "
                "LEFT JOIN submission s ON s.number = j.submission "
                "LEFT JOIN subscriber p ON p.number = o.subscriber "
                "LEFT JOIN news n ON n.number = o.news WHERE o.id = ?",
                *id);
    row.executeStep();
    // What a mail of this kind has not is NULL, which reads as 0 or "".
    taken =
        DueMail{.id = *id,
                .owner = std::string(owner),
                .attempt = row.getColumn(0).getInt(),
                .kind = ToText(row.getColumn(1)),
                .to = ToText(row.getColumn(2)),
                .created = ToTime(row.getColumn(3)),
                .review_id = ToText(row.getColumn(4)),
                .review_created = ToTime(row.getColumn(5)),
                .subscription_token = ToText(row.getColumn(6)),
                .confirmed = ToTime(row.getColumn(7)),
                .news = {ToText(row.getColumn(8)), ToText(row.getColumn(9))}};
  });
  return taken;
}

bool SqliteOutbox::MarkSent(const DueMail& mail, base::UnixTime now) {
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    held = Execute(database,
                   "UPDATE outbox SET ended = ?, sent = 1, reason = '' "
                   "WHERE id = ? AND owner = ? AND attempt = ? "
                   "AND ended IS NULL",
                   now, mail.id, mail.owner, mail.attempt) == 1;
  });
  return held;
}

bool SqliteOutbox::Postpone(const DueMail& mail, base::UnixTime retry_at,
                            std::string_view reason) {
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    held = Execute(database,
                   "UPDATE outbox SET due = ?, owner = NULL, reason = ? "
                   "WHERE id = ? AND owner = ? AND attempt = ? "
                   "AND ended IS NULL",
                   retry_at, reason, mail.id, mail.owner, mail.attempt) == 1;
  });
  return held;
}

bool SqliteOutbox::Suppress(const DueMail& mail, std::string_view reason,
                            base::UnixTime now) {
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    held = Execute(database,
                   "UPDATE outbox SET ended = ?, owner = NULL, reason = ? "
                   "WHERE id = ? AND owner = ? AND attempt = ? "
                   "AND ended IS NULL",
                   now, reason, mail.id, mail.owner, mail.attempt) == 1;
  });
  return held;
}

service::OutboxCounts SqliteOutbox::Count() {
  service::OutboxCounts counts;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row(
        database,
        "SELECT count(*) FILTER (WHERE ended IS NULL), "
        "count(*) FILTER (WHERE sent = 1), "
        "count(*) FILTER (WHERE ended IS NOT NULL AND sent = 0) FROM outbox");
    row.executeStep();
    counts = {row.getColumn(0).getInt(), row.getColumn(1).getInt(),
              row.getColumn(2).getInt()};
  });
  return counts;
}

}  // namespace artspeak::store
