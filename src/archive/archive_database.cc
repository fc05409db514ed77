#include "archive/archive_database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <zstd.h>

#include <chrono>
#include <fstream>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::archive {

namespace fs = std::filesystem;

namespace {

constexpr int kApplicationId = 0x41727453;  // "ArtS", in the file's header
constexpr int kVersion = 1;
constexpr int kBusyMilliseconds = 10'000;
constexpr int kCompression = 3;
constexpr size_t kMaxPageBytes = 64 << 20;  // a stored page is never larger

// Version 1. kind: 0 list, 1 document. state: 0 pending, 1 done, 2 failed,
// 3 skipped. updated: Unix seconds.
constexpr const char* kSchema = R"(
CREATE TABLE links (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
  redirects INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  try_again INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX links_by_state ON links (state, id);
CREATE TABLE pages (
  link INTEGER PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
  content_type TEXT NOT NULL,
  etag TEXT NOT NULL,
  last_modified TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE documents (
  link INTEGER PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  date TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL);
)";

[[noreturn]] void Explain(const fs::path& path,
                          const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_NOTADB:
      throw base::Error("{} is not an archive: it is no SQLite database",
                        path.string());
    case SQLITE_CORRUPT:
      throw base::Error(
          "{} is damaged: move it away and crawl again, or restore a copy",
          path.string());
    case SQLITE_FULL:
      throw base::Error(
          "cannot write {}: the disk is full; free some space and run again, "
          "nothing that was saved is lost",
          path.string());
    case SQLITE_CANTOPEN:
      throw base::Error("cannot open {}: does its folder exist?",
                        path.string());
    case SQLITE_READONLY:
      throw base::Error("cannot write {}: it is read-only", path.string());
    case SQLITE_BUSY:
      throw base::Error("{} is in use by another program: try again later",
                        path.string());
    default:
      throw base::Error("cannot use {}: {}", path.string(), error.what());
  }
}

// Calls `work`, turning SQLite's faults into sentences about `path`.
template <typename Work>
auto Guarded(const fs::path& path, Work work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    Explain(path, error);
  }
}

void CheckVersion(SQLite::Database& database, const fs::path& path) {
  if (database.execAndGet("PRAGMA application_id").getInt() != kApplicationId) {
    throw base::Error("{} is a database, but not an archive: name another file",
                      path.string());
  }
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version != kVersion) {
    throw base::Error(
        "{} has version {} and this program reads {}: use a newer artspeak",
        path.string(), version, kVersion);
  }
}

std::string Compress(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), text.data(),
                                    text.size(), kCompression);
  if (ZSTD_isError(size)) {
    throw base::Error("a page cannot be compressed: {}",
                      ZSTD_getErrorName(size));
  }
  out.resize(size);
  return out;
}

std::string Decompress(const SQLite::Column& column, const fs::path& path) {
  const void* data = column.getBlob();
  const auto bytes = static_cast<size_t>(column.getBytes());
  const auto size = ZSTD_getFrameContentSize(data, bytes);
  // The two error values are huge numbers as well.
  if (size <= kMaxPageBytes) {
    std::string text(size, '\0');
    if (ZSTD_decompress(text.data(), text.size(), data, bytes) == size) {
      return text;
    }
  }
  throw base::Error(
      "{} is damaged (a stored page): move it away and crawl again",
      path.string());
}

int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The rows of a query for id, url, kind and redirects.
std::vector<Link> ReadLinks(SQLite::Statement& query) {
  std::vector<Link> links;
  while (query.executeStep()) {
    links.push_back({query.getColumn(0).getInt64(),
                     query.getColumn(1).getString(),
                     static_cast<LinkKind>(query.getColumn(2).getInt()),
                     query.getColumn(3).getInt()});
  }
  return links;
}

}  // namespace

bool IsArchive(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(72, '\0');
  if (!file.read(head.data(), static_cast<std::streamsize>(head.size()))) {
    return false;
  }
  return head.starts_with("SQLite format 3") && head.substr(68, 4) == "ArtS";
}

std::vector<ArchivedDocument> ReadArchive(const fs::path& path) {
  return Guarded(path, [&] {
    // Not read-only: after a kill the journal must be rolled back first.
    SQLite::Database database(path.string(), SQLite::OPEN_READWRITE,
                              kBusyMilliseconds);
    CheckVersion(database, path);
    std::vector<ArchivedDocument> documents;
    SQLite::Statement query(
        database, "SELECT url, title, date, text FROM documents ORDER BY link");
    while (query.executeStep()) {
      documents.push_back(
          {query.getColumn(0).getString(), query.getColumn(1).getString(),
           query.getColumn(2).getString(), query.getColumn(3).getString()});
    }
    return documents;
  });
}

struct ArchiveDatabase::Impl {
  explicit Impl(const fs::path& file)
      : path(file),
        lock(fs::path(file) += ".lock"),
        database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                 kBusyMilliseconds) {
    database.exec("PRAGMA journal_mode=TRUNCATE");
    database.exec("PRAGMA synchronous=FULL");
    database.exec("PRAGMA foreign_keys=ON");
    const bool empty =
        database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
    if (empty) {
      SQLite::Transaction transaction(database,
                                      SQLite::TransactionBehavior::IMMEDIATE);
      database.exec(kSchema);
      database.exec(fmt::format("PRAGMA application_id={}", kApplicationId));
      database.exec(fmt::format("PRAGMA user_version={}", kVersion));
      transaction.commit();
    }
    CheckVersion(database, path);
  }

  // Both inside a transaction.
  int64_t Insert(std::span<const NewLink> links);
  void Store(const Outcome& outcome);

  fs::path path;
  base::FileLock lock;
  SQLite::Database database;
};

int64_t ArchiveDatabase::Impl::Insert(std::span<const NewLink> links) {
  SQLite::Statement insert(
      database,
      "INSERT INTO links (url, kind, redirects, updated) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (url) DO NOTHING");
  const int64_t now = Now();
  int64_t documents = 0;
  for (const NewLink& link : links) {
    insert.bind(1, link.url);
    insert.bind(2, static_cast<int>(link.kind));
    insert.bind(3, link.redirects);
    insert.bind(4, now);
    if (insert.exec() > 0 && link.kind == LinkKind::kDocument) ++documents;
    insert.reset();
  }
  return documents;
}

void ArchiveDatabase::Impl::Store(const Outcome& outcome) {
  SQLite::Statement update(
      database,
      "UPDATE links SET state = ?, reason = ?, try_again = ?, updated = ? "
      "WHERE id = ?");
  update.bind(1, static_cast<int>(outcome.state));
  update.bind(2, outcome.reason);
  update.bind(3, outcome.try_again ? 1 : 0);
  update.bind(4, Now());
  update.bind(5, outcome.link);
  update.exec();
  if (outcome.page) {
    SQLite::Statement page(database,
                           "INSERT OR REPLACE INTO pages VALUES (?,?,?,?,?)");
    const std::string body = Compress(outcome.page->body);
    page.bind(1, outcome.link);
    page.bind(2, outcome.page->content_type);
    page.bind(3, outcome.page->etag);
    page.bind(4, outcome.page->last_modified);
    page.bindNoCopy(5, body.data(), static_cast<int>(body.size()));
    page.exec();
  }
  if (outcome.document) {
    SQLite::Statement document(
        database, "INSERT OR REPLACE INTO documents VALUES (?,?,?,?,?)");
    document.bind(1, outcome.link);
    document.bind(2, outcome.document->url);
    document.bind(3, outcome.document->title);
    document.bind(4, outcome.document->date);
    document.bind(5, outcome.document->text);
    document.exec();
  } else if (outcome.state != LinkState::kDone) {
    SQLite::Statement forget(database, "DELETE FROM documents WHERE link = ?");
    forget.bind(1, outcome.link);
    forget.exec();
  }
}

ArchiveDatabase::ArchiveDatabase(const fs::path& path)
    : impl_(Guarded(path, [&] { return std::make_unique<Impl>(path); })) {}

ArchiveDatabase::~ArchiveDatabase() = default;

const fs::path& ArchiveDatabase::path() const { return impl_->path; }

int64_t ArchiveDatabase::AddLinks(std::span<const NewLink> links) {
  return Guarded(impl_->path, [&] {
    SQLite::Transaction transaction(impl_->database,
                                    SQLite::TransactionBehavior::IMMEDIATE);
    const int64_t documents = impl_->Insert(links);
    transaction.commit();
    return documents;
  });
}

int64_t ArchiveDatabase::Commit(std::span<const Outcome> outcomes) {
  if (outcomes.empty()) return 0;
  return Guarded(impl_->path, [&] {
    SQLite::Transaction transaction(impl_->database,
                                    SQLite::TransactionBehavior::IMMEDIATE);
    int64_t documents = 0;
    for (const Outcome& outcome : outcomes) {
      impl_->Store(outcome);
      documents += impl_->Insert(outcome.found);
    }
    transaction.commit();
    return documents;
  });
}

std::vector<Link> ArchiveDatabase::Pending(int limit) const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->database,
        "SELECT id, url, kind, redirects FROM links WHERE state = 0 "
        "ORDER BY id LIMIT ?");
    query.bind(1, limit);
    return ReadLinks(query);
  });
}

void ArchiveDatabase::ReopenFailures() {
  Guarded(impl_->path, [&] {
    impl_->database.exec(
        "UPDATE links SET state = 0, reason = '', try_again = 0 "
        "WHERE state IN (2, 3) AND try_again = 1");
  });
}

void ArchiveDatabase::ReopenLists() {
  Guarded(impl_->path, [&] {
    impl_->database.exec(
        "UPDATE links SET state = 0 WHERE state = 1 AND kind = 0");
  });
}

void ArchiveDatabase::ReopenUnfetched() {
  Guarded(impl_->path, [&] {
    impl_->database.exec(
        "UPDATE links SET state = 0, reason = '', try_again = 0 "
        "WHERE state IN (2, 3) AND id NOT IN (SELECT link FROM pages)");
  });
}

std::optional<RawPage> ArchiveDatabase::FindPage(int64_t link) const {
  return Guarded(impl_->path, [&]() -> std::optional<RawPage> {
    SQLite::Statement query(impl_->database,
                            "SELECT content_type, etag, last_modified, body "
                            "FROM pages WHERE link = ?");
    query.bind(1, link);
    if (!query.executeStep()) return std::nullopt;
    return RawPage{query.getColumn(0).getString(),
                   query.getColumn(1).getString(),
                   query.getColumn(2).getString(),
                   Decompress(query.getColumn(3), impl_->path)};
  });
}

std::vector<Link> ArchiveDatabase::Stored() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->database,
                            "SELECT id, url, kind, redirects FROM links "
                            "WHERE id IN (SELECT link FROM pages) ORDER BY id");
    return ReadLinks(query);
  });
}

ArchiveCounts ArchiveDatabase::Counts() const {
  return Guarded(impl_->path, [&] {
    const auto count = [&](const char* query) {
      return impl_->database.execAndGet(query).getInt64();
    };
    ArchiveCounts counts;
    counts.documents = count("SELECT count(*) FROM documents");
    counts.failed = count("SELECT count(*) FROM links WHERE state = 2");
    counts.skipped = count("SELECT count(*) FROM links WHERE state = 3");
    counts.pending = count("SELECT count(*) FROM links WHERE state = 0");
    counts.pending_documents =
        count("SELECT count(*) FROM links WHERE state = 0 AND kind = 1");
    return counts;
  });
}

std::vector<Failure> ArchiveDatabase::Failures() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->database,
        "SELECT url, reason FROM links WHERE state = 2 ORDER BY id");
    std::vector<Failure> failures;
    while (query.executeStep()) {
      failures.push_back(
          {query.getColumn(0).getString(), query.getColumn(1).getString()});
    }
    return failures;
  });
}

std::string ArchiveDatabase::Note(std::string_view key) const {
  return Guarded(impl_->path, [&]() -> std::string {
    SQLite::Statement query(impl_->database,
                            "SELECT value FROM notes WHERE key = ?");
    query.bind(1, std::string(key));
    if (!query.executeStep()) return "";
    return query.getColumn(0).getString();
  });
}

void ArchiveDatabase::SetNote(std::string_view key, std::string_view value) {
  Guarded(impl_->path, [&] {
    SQLite::Statement insert(impl_->database,
                             "INSERT OR REPLACE INTO notes VALUES (?, ?)");
    insert.bind(1, std::string(key));
    insert.bind(2, std::string(value));
    insert.exec();
  });
}

}  // namespace artspeak::archive
