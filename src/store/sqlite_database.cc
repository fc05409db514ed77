#include "store/sqlite_database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "store/migrations.h"

namespace artspeak::store {

namespace {

base::Error Translate(const SQLite::Exception& fault,
                      const std::filesystem::path& path) {
  const std::string name = path.string();
  switch (fault.getErrorCode() & 0xff) {
    case SQLITE_FULL:
      return base::Error(
          "the database {} could not be written because the disk is full: free "
          "some space; nothing stored before was lost",
          name);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::Error(
          "the database {} stayed locked by another program: try again, and "
          "close what holds it if this goes on",
          name);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return base::Error(
          "the database {} is damaged or no SQLite file ({}): restore a backup",
          name, fault.what());
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return base::Error(
          "the database {} cannot be opened for writing ({}): check that its "
          "folder exists and belongs to the user that runs artspeak",
          name, fault.what());
    case SQLITE_IOERR:
      return base::Error(
          "the database {} could not be read or written ({}): check the disk "
          "and its free space; nothing stored before was lost",
          name, fault.what());
    default:
      return base::Error("the database {} refused: {}", name, fault.what());
  }
}

}  // namespace

SqliteDatabase::SqliteDatabase(std::filesystem::path path,
                               std::chrono::milliseconds busy_timeout)
    : path_(std::move(path)), busy_timeout_(busy_timeout) {
  // The file holds mail addresses: only its owner may read it.
  const int descriptor =
      open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw base::Error(
        "the database {} cannot be opened for writing ({}): check that its "
        "folder exists and belongs to the user that runs artspeak",
        path_.string(), std::strerror(errno));
  }
  close(descriptor);
  try {
    Migrate();
  } catch (const SQLite::Exception& fault) {
    throw Translate(fault, path_);
  }
}

SqliteDatabase::~SqliteDatabase() = default;

std::unique_ptr<SQLite::Database> SqliteDatabase::Open() const {
  auto connection = std::make_unique<SQLite::Database>(
      path_.string(), SQLite::OPEN_READWRITE,
      static_cast<int>(busy_timeout_.count()));
  connection->exec("PRAGMA journal_mode=TRUNCATE");
  connection->exec("PRAGMA synchronous=FULL");
  connection->exec("PRAGMA foreign_keys=ON");
  // What is deleted is gone from the file too: it may be an address.
  connection->exec("PRAGMA secure_delete=ON");
  return connection;
}

void SqliteDatabase::Migrate() {
  std::unique_ptr<SQLite::Database> connection = Open();
  const auto steps = SqliteMigrations();
  // Two processes may start at once: the second waits here and finds it done.
  SQLite::Transaction transaction(*connection,
                                  SQLite::TransactionBehavior::IMMEDIATE);
  const int application =
      connection->execAndGet("PRAGMA application_id").getInt();
  const int version = connection->execAndGet("PRAGMA user_version").getInt();
  const int tables =
      connection->execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
  if (application != kApplicationId && (tables > 0 || version != 0)) {
    throw base::Error(
        "{} is a database of another program: name a new file in [store] url",
        path_.string());
  }
  if (version > static_cast<int>(steps.size())) {
    throw base::Error(
        "the database {} was made by a newer artspeak (its tables are version "
        "{}, this program knows {}): update artspeak",
        path_.string(), version, steps.size());
  }
  if (version < static_cast<int>(steps.size())) {
    for (size_t i = static_cast<size_t>(version); i < steps.size(); ++i) {
      connection->exec(steps[i]);
    }
    connection->exec("PRAGMA application_id=" + std::to_string(kApplicationId));
    connection->exec("PRAGMA user_version=" + std::to_string(steps.size()));
    transaction.commit();
  }
}

void SqliteDatabase::Read(const Body& body) { Run(Mode::kRead, body); }

void SqliteDatabase::Write(const Body& body) { Run(Mode::kWrite, body); }

std::optional<std::array<int64_t, 4>> SqliteDatabase::Version() const {
  // The kernel's clock for files moves every 10 ms at the slowest.
  constexpr int64_t kTick = 50'000'000;  // ns
  struct stat status = {};
  timespec now = {};
  if (stat(path_.c_str(), &status) != 0 ||
      clock_gettime(CLOCK_REALTIME, &now) != 0) {
    return std::nullopt;
  }
  const auto in_nanoseconds = [](const timespec& time) {
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  const int64_t written = in_nanoseconds(status.st_mtim);
  const int64_t age = in_nanoseconds(now) - written;
  if (age < kTick) return std::nullopt;
  return std::array<int64_t, 4>{written, status.st_size,
                                static_cast<int64_t>(status.st_ino),
                                static_cast<int64_t>(status.st_dev)};
}

void SqliteDatabase::Run(Mode mode, const Body& body) {
  std::unique_ptr<SQLite::Database> connection;
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  try {
    if (!connection) connection = Open();
    SQLite::Transaction transaction(
        *connection, mode == Mode::kWrite
                         ? SQLite::TransactionBehavior::IMMEDIATE
                         : SQLite::TransactionBehavior::DEFERRED);
    body(*connection);
    transaction.commit();
  } catch (const SQLite::Exception& fault) {
    // This connection is closed, not kept: whatever state it is in is gone.
    throw Translate(fault, path_);
  }
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace artspeak::store
