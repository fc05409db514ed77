#include "store/sqlite_submission_store.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "store/audit_row.h"
#include "store/sqlite_values.h"
#include "store/subscriber_rows.h"

namespace artspeak::store {

using service::ReviewState;

namespace {

// The view `review` counts the states as the enumeration does.
static_assert(static_cast<int>(ReviewState::kWaiting) == 0 &&
              static_cast<int>(ReviewState::kGenerating) == 1 &&
              static_cast<int>(ReviewState::kDone) == 2 &&
              static_cast<int>(ReviewState::kFailed) == 3 &&
              static_cast<int>(ReviewState::kBlocked) == 4 &&
              static_cast<int>(ReviewState::kHeld) == 5 &&
              service::kReviewStates == 6);

// False if the id is taken.
bool InsertSubmission(SQLite::Database& database,
                      const service::Submission& submission) {
  return Execute(database,
                 "INSERT INTO submission "
                 "(id, prompt, eccentricity, email, subscribe, created, held, "
                 "client) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif(?7, ?6, NULL), ?8) "
                 "ON CONFLICT (id) DO NOTHING",
                 submission.id, submission.prompt, submission.eccentricity,
                 submission.no_mail ? "" : submission.email,
                 submission.subscribe ? 1 : 0, submission.created,
                 submission.held ? 1 : 0, submission.client) == 1;
}

// Whether one more report may take a page down.
bool MayBlock(SQLite::Database& database, const service::Report& report) {
  SQLite::Statement row =
      Prepare(database,
              "SELECT count(*), count(*) FILTER (WHERE client = ?1) "
              "FROM report WHERE blocked = 1 AND created > ?2",
              report.client, report.created - service::kReportWindow);
  row.executeStep();
  return row.getColumn(0).getInt() < service::kBlocksInTotal &&
         (report.client.empty() ||
          row.getColumn(1).getInt() < service::kBlocksPerClient);
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
    if (submission.subscribe) {
      RequestSubscription(database, submission.email, submission.update_wording,
                          submission.created);
    }
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
                "held, state, job, started, fault FROM review WHERE id = ?",
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
    if (!row.isColumnNull(6)) stored.held = ToTime(row.getColumn(6));
    review.state = static_cast<ReviewState>(row.getColumn(7).getInt());
    const int64_t job = row.getColumn(8).getInt64();
    if (!row.isColumnNull(9)) stored.started = ToTime(row.getColumn(9));
    stored.fault = ToText(row.getColumn(10));

    SQLite::Statement text =
        Prepare(database,
                "SELECT text, model_hash, kv, instruction_set, temperature, "
                "top_p, max_tokens, seed, max_copied_words, passages_hash, "
                "place "
                "FROM text WHERE submission = ? ORDER BY place",
                number);
    while (text.executeStep()) {
      review.texts.push_back(ToText(text.getColumn(0)));
      review.places.push_back(text.getColumn(10).getInt());
      stored.provenances.push_back(ToProvenance(text));
    }
    if (review.state == ReviewState::kWaiting ||
        review.state == ReviewState::kGenerating) {
      SQLite::Statement ahead =
          Prepare(database,
                  "SELECT count(*) FROM job j "
                  "JOIN submission s ON s.number = j.submission "
                  "WHERE j.finished IS NULL AND j.id < ? "
                  "AND s.blocked IS NULL AND s.held IS NULL",
                  job);
      ahead.executeStep();
      review.jobs_ahead = ahead.getColumn(0).getInt();
    }
    found = std::move(stored);
  });
  return found;
}

std::optional<service::StoreVersion> SqliteSubmissionStore::Version() {
  return database_.Version();
}

std::vector<std::optional<service::StoredProgress>>
SqliteSubmissionStore::FindProgress(std::span<const std::string> ids) {
  std::vector<std::optional<service::StoredProgress>> all;
  database_.Read([&](SQLite::Database& database) {
    std::vector<int64_t> line;
    SQLite::Statement unfinished(
        database,
        "SELECT j.id FROM job j JOIN submission s ON s.number = j.submission "
        "WHERE j.finished IS NULL AND s.blocked IS NULL AND s.held IS NULL "
        "ORDER BY j.id");
    while (unfinished.executeStep()) {
      line.push_back(unfinished.getColumn(0).getInt64());
    }
    SQLite::Statement row(database,
                          "SELECT state, job, started, (SELECT count(*) FROM "
                          "text WHERE submission = number) "
                          "FROM review WHERE id = ?");
    for (const std::string& id : ids) {
      std::optional<service::StoredProgress>& stored = all.emplace_back();
      row.reset();
      row.bind(1, id);
      if (!row.executeStep()) continue;
      service::ReviewProgress progress;
      progress.state = static_cast<ReviewState>(row.getColumn(0).getInt());
      progress.texts = row.getColumn(3).getInt();
      if (progress.state == ReviewState::kWaiting ||
          progress.state == ReviewState::kGenerating) {
        const auto own = std::lower_bound(line.begin(), line.end(),
                                          row.getColumn(1).getInt64());
        progress.jobs_ahead = static_cast<int>(own - line.begin());
      }
      stored = {progress, {}};
      if (!row.isColumnNull(2)) stored->started = ToTime(row.getColumn(2));
    }
  });
  return all;
}

service::ReportOutcome SqliteSubmissionStore::AddReport(
    std::string_view id, const service::Report& report) {
  auto outcome = service::ReportOutcome::kUnknown;
  database_.Write([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT number, blocked IS NOT NULL, cleared IS NOT NULL, "
                "(SELECT count(*) FROM report "
                "WHERE submission = number AND settled IS NULL) "
                "FROM submission WHERE id = ?",
                id);
    if (!row.executeStep()) return;
    const int64_t number = row.getColumn(0).getInt64();
    const bool blocked = row.getColumn(1).getInt() != 0;
    const bool cleared = row.getColumn(2).getInt() != 0;
    const int open = row.getColumn(3).getInt();
    row.reset();
    const bool blocks = !blocked && !cleared && MayBlock(database, report);
    outcome = blocked || blocks ? service::ReportOutcome::kBlocked
                                : service::ReportOutcome::kKept;
    if (blocks || open < service::kMaxOpenReports) {
      Execute(database,
              "INSERT INTO report "
              "(submission, created, reason, note, client, blocked) "
              "VALUES (?, ?, ?, ?, ?, ?)",
              number, report.created, service::ReasonName(report.reason),
              report.note, report.client, blocks ? 1 : 0);
    }
    if (blocks) {
      Execute(database, "UPDATE submission SET blocked = ? WHERE number = ?",
              report.created, number);
      InsertAudit(database, {service::kByVisitor, report.created}, "block", id,
                  service::ReasonName(report.reason));
    }
  });
  return outcome;
}

std::vector<service::JobTimes> SqliteSubmissionStore::RecentJobs(int count) {
  std::vector<service::JobTimes> jobs;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT max(s.created, j.not_before), j.started, j.finished "
                "FROM job j "
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
