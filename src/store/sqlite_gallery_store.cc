#include "store/sqlite_gallery_store.h"

#include <optional>

#include "store/audit_row.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

using service::Deed;
using service::GalleryState;
using service::ReviewState;

namespace {

// The table `gallery` counts the states as the enumeration does, and the view
// `review` those of a review.
static_assert(static_cast<int>(GalleryState::kOffered) == 1 &&
              static_cast<int>(GalleryState::kHung) == 2 &&
              static_cast<int>(GalleryState::kDeclined) == 3);
static_assert(static_cast<int>(ReviewState::kDone) == 2);

// Nothing if the review is unknown, unfinished or blocked.
std::optional<int64_t> NumberOfDone(SQLite::Database& database,
                                    std::string_view id) {
  SQLite::Statement row = Prepare(
      database, "SELECT number FROM review WHERE id = ? AND state = 2", id);
  if (!row.executeStep()) return std::nullopt;
  return row.getColumn(0).getInt64();
}

}  // namespace

bool SqliteGalleryStore::Offer(std::string_view id, base::UnixTime now) {
  bool done = false;
  database_.Write([&](SQLite::Database& database) {
    const auto number = NumberOfDone(database, id);
    done = number.has_value();
    if (!done) return;
    Execute(database,
            "INSERT INTO gallery (submission, state, since) VALUES (?, 1, ?) "
            "ON CONFLICT (submission) DO NOTHING",
            *number, now);
  });
  return done;
}

bool SqliteGalleryStore::Hang(std::string_view id, const Deed& deed) {
  bool done = false;
  database_.Write([&](SQLite::Database& database) {
    const auto number = NumberOfDone(database, id);
    done = number.has_value();
    if (!done) return;
    if (Execute(database,
                "INSERT INTO gallery (submission, state, since) "
                "VALUES (?, 2, ?) ON CONFLICT (submission) DO UPDATE "
                "SET state = 2, since = excluded.since WHERE state <> 2",
                *number, deed.at) > 0) {
      InsertAudit(database, deed, "hang", id);
    }
  });
  return done;
}

bool SqliteGalleryStore::Unhang(std::string_view id, const Deed& deed) {
  bool changed = false;
  database_.Write([&](SQLite::Database& database) {
    changed = Execute(database,
                      "UPDATE gallery SET state = 3, since = ? "
                      "WHERE state <> 3 AND submission = "
                      "(SELECT number FROM submission WHERE id = ?)",
                      deed.at, id) == 1;
    if (changed) InsertAudit(database, deed, "unhang", id);
  });
  return changed;
}

GalleryState SqliteGalleryStore::StateOf(std::string_view id) {
  GalleryState state = GalleryState::kNotOffered;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT g.state FROM gallery g "
                "JOIN submission s ON s.number = g.submission WHERE s.id = ?",
                id);
    if (row.executeStep()) {
      state = static_cast<GalleryState>(row.getColumn(0).getInt());
    }
  });
  return state;
}

service::HungReviews SqliteGalleryStore::Hung(int offset, int limit) {
  service::HungReviews hung;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement count =
        Prepare(database,
                "SELECT count(*) FROM gallery g "
                "JOIN review r ON r.number = g.submission "
                "WHERE g.state = 2 AND r.state = 2");
    count.executeStep();
    hung.total = count.getColumn(0).getInt();

    SQLite::Statement row =
        Prepare(database,
                "SELECT r.number, r.id, r.prompt, r.eccentricity, r.created, "
                "g.since FROM gallery g "
                "JOIN review r ON r.number = g.submission "
                "WHERE g.state = 2 AND r.state = 2 "
                "ORDER BY g.since DESC, g.submission DESC LIMIT ? OFFSET ?",
                limit, offset);
    SQLite::Statement text = Prepare(
        database, "SELECT text FROM text WHERE submission = ? ORDER BY place");
    while (row.executeStep()) {
      service::HungReview& entry = hung.reviews.emplace_back();
      service::Review& review = entry.review;
      review.id = ToText(row.getColumn(1));
      review.prompt = ToText(row.getColumn(2));
      review.eccentricity = row.getColumn(3).getInt();
      review.created = ToTime(row.getColumn(4));
      review.state = ReviewState::kDone;
      entry.hung = ToTime(row.getColumn(5));
      text.reset();
      BindOne(text, 1, row.getColumn(0).getInt64());
      while (text.executeStep()) {
        review.texts.push_back(ToText(text.getColumn(0)));
      }
    }
  });
  return hung;
}

std::vector<service::HungId> SqliteGalleryStore::HungIds(int limit) {
  std::vector<service::HungId> ids;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT r.id, g.since FROM gallery g "
                "JOIN review r ON r.number = g.submission "
                "WHERE g.state = 2 AND r.state = 2 "
                "ORDER BY g.since DESC, g.submission DESC LIMIT ?",
                limit);
    while (row.executeStep()) {
      ids.push_back({ToText(row.getColumn(0)), ToTime(row.getColumn(1))});
    }
  });
  return ids;
}

std::vector<service::ReviewSummary> SqliteGalleryStore::List(GalleryState state,
                                                             int limit) {
  std::vector<service::ReviewSummary> summaries;
  database_.Read([&](SQLite::Database& database) {
    SQLite::Statement row =
        Prepare(database,
                "SELECT r.id, r.prompt, r.created FROM gallery g "
                "JOIN review r ON r.number = g.submission "
                "WHERE g.state = ? AND r.state = 2 "
                "ORDER BY g.since, g.submission LIMIT ?",
                static_cast<int>(state), limit);
    while (row.executeStep()) {
      summaries.push_back({ToText(row.getColumn(0)), ToText(row.getColumn(1)),
                           ToTime(row.getColumn(2)), ReviewState::kDone});
    }
  });
  return summaries;
}

}  // namespace artspeak::store
