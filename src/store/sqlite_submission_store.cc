#include "store/sqlite_submission_store.h"

#include <array>

#include "base/error.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

using service::ReviewState;

namespace {

// The view `review` counts the states as the enumeration does.
static_assert(static_cast<int>(ReviewState::kWaiting) == 0 &&
              static_cast<int>(ReviewState::kGenerating) == 1 &&
              static_cast<int>(ReviewState::kDone) == 2 &&
              static_cast<int>(ReviewState::kFailed) == 3 &&
              static_cast<int>(ReviewState::kBlocked) == 4);

// False if the id is taken.
bool InsertSubmission(SQLite::Database& database,
                      const service::Submission& submission) {
  return Execute(database,
                 "INSERT INTO submission "
                 "(id, prompt, eccentricity, email, subscribe, created, "
                 "client) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                 submission.id, submission.prompt, submission.eccentricity,
                 submission.email, submission.subscribe ? 1 : 0,
                 submission.created, submission.client) == 1;
}

// From the columns 1 to 9 of a text; all are set or none.
std::optional<service::Provenance> ToProvenance(SQLite::Statement& text) {
  if (text.isColumnNull(1)) return std::nullopt;
  return service::Provenance{
      .generator = {.model_hash = ToText(text.getColumn(1)),
                    .kv = ToText(text.getColumn(2)),
                    .instruction_set = ToText(text.getColumn(3)),
                    .max_copied_words = text.getColumn(8).getInt(),
                    .passages_hash = ToText(text.getColumn(9))},
      .sampling = {.temperature =
                       static_cast<float>(text.getColumn(4).getDouble()),
                   .top_p = static_cast<float>(text.getColumn(5).getDouble()),
                   .max_tokens = text.getColumn(6).getInt()},
      .seed = static_cast<uint64_t>(text.getColumn(7).getInt64())};
}

}  // namespace

bool SqliteSubmissionStore::Add(const service::Submission& submission,
                                uint64_t seed) {
  bool added = false;
  database_.Write([&](SQLite::Database& database) {
    added = InsertSubmission(database, submission);
    if (!added) return;
    Execute(database, "INSERT INTO job (submission, seed) VALUES (?, ?)",
            int64_t{database.getLastInsertRowid()}, static_cast<int64_t>(seed));
  });
  return added;
}

bool SqliteSubmissionStore::Import(const service::ImportedReview& review) {
  bool added = false;
  database_.Write([&](SQLite::Database& database) {
    service::Submission submission;
    submission.id = review.id;
    submission.prompt = review.prompt;
    submission.eccentricity = review.eccentricity;
    submission.created = review.created;
    added = InsertSubmission(database, submission);
    if (!added) return;
    const int64_t number = database.getLastInsertRowid();
    for (size_t i = 0; i < review.texts.size(); ++i) {
      Execute(database,
              "INSERT INTO text (submission, place, text) VALUES (?, ?, ?)",
              number, static_cast<int>(i), review.texts[i]);
    }
  });
  return added;
}

std::optional<service::StoredReview> SqliteSubmissionStore::Find(
    std::string_view id) {
  std::optional<service::StoredReview> found;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT number, id, prompt, eccentricity, created, blocked, "
                "state, job, started, fault FROM review WHERE id = ?",
                id);
    if (!row.executeStep()) return;
    service::StoredReview stored;
    service::Review& review = stored.review;
    const int64_t number = row.getColumn(0).getInt64();
    review.id = ToText(row.getColumn(1));
    review.prompt = ToText(row.getColumn(2));
    review.eccentricity = row.getColumn(3).getInt();
    review.created = ToTime(row.getColumn(4));
    if (!row.isColumnNull(5)) stored.blocked = ToTime(row.getColumn(5));
    review.state = static_cast<ReviewState>(row.getColumn(6).getInt());
    const int64_t job = row.getColumn(7).getInt64();
    if (!row.isColumnNull(8)) stored.started = ToTime(row.getColumn(8));
    stored.fault = ToText(row.getColumn(9));

    SQLite::Statement text =
        Prepare(database,
                "SELECT text, model_hash, kv, instruction_set, temperature, "
                "top_p, max_tokens, seed, max_copied_words, passages_hash "
                "FROM text WHERE submission = ? ORDER BY place",
                number);
    while (text.executeStep()) {
      review.texts.push_back(ToText(text.getColumn(0)));
      stored.provenances.push_back(ToProvenance(text));
    }
    if (review.state == ReviewState::kWaiting ||
        review.state == ReviewState::kGenerating) {
      SQLite::Statement ahead =
          Prepare(database,
                  "SELECT count(*) FROM job j "
                  "JOIN submission s ON s.number = j.submission "
                  "WHERE j.finished IS NULL AND j.id < ? AND s.blocked IS NULL",
                  job);
      ahead.executeStep();
      review.jobs_ahead = ahead.getColumn(0).getInt();
    }
    found = std::move(stored);
  });
  return found;
}

std::vector<service::ReviewSummary> SqliteSubmissionStore::List(
    std::optional<ReviewState> state, int limit) {
  std::vector<service::ReviewSummary> summaries;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT id, prompt, created, state FROM review "
                "WHERE ?1 < 0 OR state = ?1 ORDER BY created DESC, number DESC "
                "LIMIT ?2",
                state ? static_cast<int>(*state) : -1, limit);
    while (row.executeStep()) {
      summaries.push_back(
          {ToText(row.getColumn(0)), ToText(row.getColumn(1)),
           ToTime(row.getColumn(2)),
           static_cast<ReviewState>(row.getColumn(3).getInt())});
    }
  });
  return summaries;
}

bool SqliteSubmissionStore::Block(std::string_view id, base::UnixTime now) {
  bool known = false;
  database_.Write([&](SQLite::Database& database) {
    known = Execute(database,
                    "UPDATE submission SET blocked = coalesce(blocked, ?) "
                    "WHERE id = ?",
                    now, id) == 1;
  });
  return known;
}

bool SqliteSubmissionStore::Unblock(std::string_view id) {
  bool known = false;
  database_.Write([&](SQLite::Database& database) {
    known =
        Execute(database, "UPDATE submission SET blocked = NULL WHERE id = ?",
                id) == 1;
  });
  return known;
}

std::vector<service::JobTimes> SqliteSubmissionStore::RecentJobs(int count) {
  std::vector<service::JobTimes> jobs;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT s.created, j.started, j.finished FROM job j "
                "JOIN submission s ON s.number = j.submission "
                "WHERE j.state = 'done' AND j.attempt = 1 "
                "ORDER BY j.finished DESC LIMIT ?",
                count);
    while (row.executeStep()) {
      jobs.insert(jobs.begin(),
                  {ToTime(row.getColumn(0)), ToTime(row.getColumn(1)),
                   ToTime(row.getColumn(2))});
    }
  });
  return jobs;
}

}  // namespace artspeak::store
