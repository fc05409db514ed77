// The SQLite file behind the service's ports: connections, transactions,
// migrations.
//
// journal_mode=TRUNCATE and synchronous=FULL: a commit that returned survives
// power loss, and SQLite 3.40's defect of write-ahead logs with several
// connections cannot occur. Any number of threads and processes may use one
// file; it must lie on a local disk, since locks of network disks are not to be
// trusted.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace artspeak::store {

// Thread-safe: every transaction borrows a connection of its own from a pool,
// which grows to as many as threads work at once.
class SqliteDatabase {
 public:
  // Opens or makes the file and brings its tables up to date. Throws
  // base::Error if it cannot be opened, is another program's, or was made by a
  // newer artspeak. busy_timeout: how long to wait for another's lock.
  explicit SqliteDatabase(
      std::filesystem::path path,
      std::chrono::milliseconds busy_timeout = std::chrono::seconds(10));
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  using Body = std::function<void(SQLite::Database&)>;

  // Runs `body` on one snapshot of the data.
  void Read(const Body& body);

  // Runs `body` as the only writer (BEGIN IMMEDIATE) and commits. If body or
  // commit throws, nothing is changed. What SQLite throws becomes one
  // base::Error that says what to do (disk full, locked, damaged).
  void Write(const Body& body);

  // The file's identity, size and time, which every commit of any process
  // changes. Nothing when the last one is so young that the next may get the
  // same time.
  std::optional<std::array<int64_t, 4>> Version() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  enum class Mode { kRead, kWrite };
  void Run(Mode mode, const Body& body);
  std::unique_ptr<SQLite::Database> Open() const;
  void Migrate();

  std::filesystem::path path_;
  std::chrono::milliseconds busy_timeout_;
  std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<SQLite::Database>> idle_;
};

}  // namespace artspeak::store
