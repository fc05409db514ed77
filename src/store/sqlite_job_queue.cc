#include "store/sqlite_job_queue.h"

#include <cassert>

#include "base/error.h"
#include "service/outbox.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

using service::kTextsPerReview;
using service::Lease;

namespace {

// The submission of the job that `lease` holds.
std::optional<int64_t> SubmissionUnder(SQLite::Database& database,
                                       const Lease& lease) {
  SQLite::Statement row =
      Prepare(database,
              "SELECT submission FROM job WHERE id = ? AND owner = ? "
              "AND attempt = ? AND state = 'leased'",
              lease.job, lease.owner, lease.attempt);
  if (!row.executeStep()) return std::nullopt;
  return row.getColumn(0).getInt64();
}

}  // namespace

std::optional<service::LeasedJob> SqliteJobQueue::LeaseNext(
    std::string_view owner, base::UnixTime now) {
  // Workers ask every second: look before taking the writers' lock.
  bool due = false;
  database_.Read([&](SQLite::Database& database) {
    due = Prepare(database,
                  "SELECT 1 FROM job j "
                  "JOIN submission s ON s.number = j.submission "
                  "WHERE j.finished IS NULL AND s.blocked IS NULL "
                  "AND s.held IS NULL "
                  "AND max(j.not_before, coalesce(j.lease_until, 0)) <= ? "
                  "LIMIT 1",
                  now)
              .executeStep();
  });
  if (!due) return std::nullopt;

  std::optional<service::LeasedJob> leased;
  database_.Write([&](SQLite::Database& database) {
    Execute(database,
            "UPDATE job SET state = 'dead', finished = ?1, fault = CASE fault "
            "WHEN '' THEN 'the worker stopped in the middle' ELSE fault END "
            "WHERE finished IS NULL AND lease_until <= ?1 "
            "AND attempt - given_back >= ?2",
            now, service::kMaxAttempts);
    SQLite::Statement row = Prepare(
        database,
        "UPDATE job SET state = 'leased', owner = ?1, attempt = attempt + 1, "
        "lease_until = ?2, started = ?3 WHERE id = ("
        "SELECT j.id FROM job j JOIN submission s ON s.number = j.submission "
        "WHERE j.finished IS NULL AND s.blocked IS NULL "
        "AND s.held IS NULL "
        "AND max(j.not_before, coalesce(j.lease_until, 0)) <= ?3 "
        "ORDER BY j.id LIMIT 1) RETURNING id, attempt, seed, submission",
        owner, now + service::kLeaseTime, now);
    if (!row.executeStep()) return;
    service::LeasedJob job;
    job.lease = {row.getColumn(0).getInt64(), std::string(owner),
                 row.getColumn(1).getInt()};
    job.seed = static_cast<uint64_t>(row.getColumn(2).getInt64());
    const int64_t submission = row.getColumn(3).getInt64();
    row.reset();

    SQLite::Statement submitted = Prepare(
        database,
        "SELECT id, prompt, eccentricity FROM submission WHERE number = ?",
        submission);
    submitted.executeStep();
    job.review_id = ToText(submitted.getColumn(0));
    job.prompt = ToText(submitted.getColumn(1));
    job.eccentricity = submitted.getColumn(2).getInt();
    job.texts.resize(kTextsPerReview);
    SQLite::Statement text =
        Prepare(database, "SELECT place, text FROM text WHERE submission = ?",
                submission);
    while (text.executeStep()) {
      job.texts.at(text.getColumn(0).getUInt()) = ToText(text.getColumn(1));
    }
    leased = std::move(job);
  });
  return leased;
}

bool SqliteJobQueue::Renew(const Lease& lease, base::UnixTime now) {
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    held = Execute(database,
                   "UPDATE job SET lease_until = ? WHERE id = ? AND owner = ? "
                   "AND attempt = ? AND state = 'leased'",
                   now + service::kLeaseTime, lease.job, lease.owner,
                   lease.attempt) == 1;
  });
  return held;
}

bool SqliteJobQueue::SaveText(const Lease& lease, int place,
                              std::string_view text,
                              const service::Provenance& provenance) {
  assert(place >= 0 && place < kTextsPerReview);
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    const auto submission = SubmissionUnder(database, lease);
    held = submission.has_value();
    if (!held) return;
    const service::GeneratorIdentity& generator = provenance.generator;
    const service::SamplingOptions& sampling = provenance.sampling;
    Execute(database,
            "INSERT INTO text (submission, place, text, model_hash, kv, "
            "instruction_set, temperature, top_p, max_tokens, seed, "
            "max_copied_words, passages_hash) VALUES "
            "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *submission, place, text, generator.model_hash, generator.kv,
            generator.instruction_set, double{sampling.temperature},
            double{sampling.top_p}, sampling.max_tokens,
            static_cast<int64_t>(provenance.seed), generator.max_copied_words,
            generator.passages_hash);
  });
  return held;
}

bool SqliteJobQueue::Finish(const Lease& lease, base::UnixTime now) {
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    const auto submission = SubmissionUnder(database, lease);
    held = submission.has_value();
    if (!held) return;
    SQLite::Statement texts =
        Prepare(database, "SELECT count(*) FROM text WHERE submission = ?",
                *submission);
    texts.executeStep();
    if (texts.getColumn(0).getInt() != kTextsPerReview) {
      throw base::Error("job {} was to end with {} of {} texts", lease.job,
                        texts.getColumn(0).getInt(), kTextsPerReview);
    }
    Execute(database,
            "UPDATE job SET state = 'done', finished = ?, lease_until = NULL, "
            "fault = '' WHERE id = ?",
            now, lease.job);
    Execute(database,
            "INSERT INTO outbox (job, kind, created, due) "
            "SELECT ?1, ?2, ?3, ?3 FROM submission "
            "WHERE number = ?4 AND email <> ''",
            lease.job, service::kReviewReadyMail, now, *submission);
  });
  return held;
}

bool SqliteJobQueue::Fail(const Lease& lease, std::string_view fault,
                          base::UnixTime retry_at, base::UnixTime now) {
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    held = Execute(database,
                   "UPDATE job SET fault = ?5, owner = NULL, "
                   "lease_until = NULL, not_before = ?6, "
                   "state = iif(attempt - given_back >= ?4, 'dead', 'waiting'),"
                   "finished = iif(attempt - given_back >= ?4, ?7, NULL) "
                   "WHERE id = ?1 AND owner = ?2 AND attempt = ?3 "
                   "AND state = 'leased'",
                   lease.job, lease.owner, lease.attempt, service::kMaxAttempts,
                   fault, retry_at, now) == 1;
  });
  return held;
}

bool SqliteJobQueue::GiveBack(const Lease& lease) {
  bool held = false;
  database_.Write([&](SQLite::Database& database) {
    held = Execute(database,
                   "UPDATE job SET state = 'waiting', owner = NULL, "
                   "lease_until = NULL, given_back = given_back + 1 "
                   "WHERE id = ? AND owner = ? AND attempt = ? "
                   "AND state = 'leased'",
                   lease.job, lease.owner, lease.attempt) == 1;
  });
  return held;
}

service::QueueCounts SqliteJobQueue::Count() {
  service::QueueCounts counts;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row(database,
                          "SELECT count(*) FILTER (WHERE state = 'waiting'), "
                          "count(*) FILTER (WHERE state = 'leased'), "
                          "count(*) FILTER (WHERE state = 'done'), "
                          "count(*) FILTER (WHERE state = 'dead') FROM job");
    row.executeStep();
    counts = {row.getColumn(0).getInt(), row.getColumn(1).getInt(),
              row.getColumn(2).getInt(), row.getColumn(3).getInt()};
  });
  return counts;
}

}  // namespace artspeak::store
