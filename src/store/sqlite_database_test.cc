#include "store/sqlite_database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "store/migrations.h"
#include "store/sqlite_moderation_store.h"
#include "store/sqlite_outbox.h"
#include "store/sqlite_submission_store.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using std::chrono::hours;
using ::testing::Test;

class SqliteDatabaseTest : public Test {
 protected:
  static std::string ErrorOf(const std::function<void()>& action) {
    try {
      action();
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }
  static service::Submission Sample(const std::string& id,
                                    std::string prompt = "A chair") {
    return {id, std::move(prompt), "", 7, false, base::UnixTime{}};
  }

  testing::TempDir directory_;
  std::filesystem::path path_ = directory_ / "artspeak.db";
};

TEST_F(SqliteDatabaseTest, SettingsSurvivePowerLossAndOldSqlite) {
  SqliteDatabase database(path_);
  database.Write([](SQLite::Database& db) {
    EXPECT_EQ(db.execAndGet("PRAGMA journal_mode").getString(), "truncate");
    EXPECT_EQ(db.execAndGet("PRAGMA synchronous").getInt(), 2);
    EXPECT_EQ(db.execAndGet("PRAGMA foreign_keys").getInt(), 1);
    EXPECT_GE(db.execAndGet("PRAGMA busy_timeout").getInt(), 5000);
  });
}

TEST_F(SqliteDatabaseTest, OnlyItsOwnerMayReadTheAddresses) {
  SqliteDatabase database(path_);
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0077, 0u);
}

TEST_F(SqliteDatabaseTest, VersionChangesWithEveryCommitOfAnyProcess) {
  SqliteDatabase database(path_);
  // As if the last commit were an hour ago.
  const auto age = [&] {
    std::filesystem::last_write_time(
        path_, std::filesystem::file_time_type::clock::now() - hours(1));
  };
  age();
  const auto before = database.Version();
  ASSERT_TRUE(before);
  database.Read([](SQLite::Database& reader) {
    reader.execAndGet("SELECT count(*) FROM submission");
  });
  EXPECT_EQ(database.Version(), before) << "nothing was written";
  SQLite::Database other(path_.string(), SQLite::OPEN_READWRITE);
  other.exec("UPDATE submission SET blocked = NULL");
  EXPECT_EQ(database.Version(), before) << "nor was anything now";
  other.exec("CREATE TABLE note (text TEXT)");
  EXPECT_NE(database.Version(), before);
}

TEST_F(SqliteDatabaseTest, AVersionTooYoungToBeToldFromTheNextIsNone) {
  SqliteDatabase database(path_);
  // Not yet written, by the clock: younger than any commit can be.
  std::filesystem::last_write_time(
      path_, std::filesystem::file_time_type::clock::now() + hours(1));
  EXPECT_FALSE(database.Version());
}

TEST_F(SqliteDatabaseTest, OtherFilesAreRefusedAndLeftAlone) {
  base::WriteFileAtomically(
      path_, "This is a letter, not a database. " + std::string(2000, '.'));
  EXPECT_NE(
      ErrorOf([&] { SqliteDatabase database(path_); }).find("no SQLite file"),
      std::string::npos);
  std::filesystem::remove(path_);
  {
    SQLite::Database other(path_.string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE recipes (name TEXT)");
  }
  EXPECT_NE(ErrorOf([&] {
              SqliteDatabase database(path_);
            }).find("of another program"),
            std::string::npos);
  EXPECT_NE(ErrorOf([&] {
              SqliteDatabase database(directory_ / "missing" / "a.db");
            }).find("cannot be opened"),
            std::string::npos);
}

TEST_F(SqliteDatabaseTest, TextsFromBeforeProvenanceWasKeptStayWithoutIt) {
  {
    SQLite::Database old(path_.string(),
                         SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    old.exec(SqliteMigrations()[0]);
    old.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    old.exec("PRAGMA user_version = 1");
    old.exec(
        "INSERT INTO submission VALUES "
        "(1, '0123456789ab', 'A chair', 7, '', 0, 0, NULL)");
    old.exec("INSERT INTO text VALUES (1, 0, 'It stands.')");
  }
  SqliteDatabase database(path_);
  const auto found = SqliteSubmissionStore(database).Find("0123456789ab");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->review.texts, std::vector<std::string>{"It stands."});
  ASSERT_EQ(found->provenances.size(), 1u);
  EXPECT_FALSE(found->provenances[0]);
}

TEST_F(SqliteDatabaseTest, MailsFromBeforeTheListExistedAreStillSent) {
  {
    SQLite::Database old(path_.string(),
                         SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (int i = 0; i < 2; ++i) old.exec(SqliteMigrations()[size_t(i)]);
    old.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    old.exec("PRAGMA user_version = 2");
    old.exec(
        "INSERT INTO submission VALUES "
        "(1, '0123456789ab', 'A chair', 7, 'v@example.org', 1, 0, NULL)");
    old.exec(
        "INSERT INTO job (id, submission, seed, state, finished) "
        "VALUES (4, 1, 0, 'done', 0)");
    old.exec(
        "INSERT INTO outbox (id, job, kind, created, due, attempt) "
        "VALUES (9, 4, 'review-ready', 5, 6, 2)");
  }
  SqliteDatabase database(path_);
  const auto mail =
      SqliteOutbox(database).TakeDue("n", base::UnixTime(hours(1)));
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->id, 9);
  EXPECT_EQ(mail->to, "v@example.org");
  EXPECT_EQ(mail->review_id, "0123456789ab");
  EXPECT_EQ(mail->attempt, 3);
  EXPECT_EQ(mail->created, base::UnixTime(std::chrono::milliseconds(5)));
}

TEST_F(SqliteDatabaseTest, NewerTablesAreRefused) {
  { SqliteDatabase database(path_); }
  {
    SQLite::Database db(path_.string(), SQLite::OPEN_READWRITE);
    db.exec("PRAGMA user_version = 99");
  }
  EXPECT_NE(ErrorOf([&] { SqliteDatabase database(path_); }).find("newer"),
            std::string::npos);
}

TEST_F(SqliteDatabaseTest, LockedFileGivesOneSentenceAndChangesNothing) {
  SqliteDatabase database(path_, std::chrono::milliseconds(1));
  SqliteSubmissionStore store(database);
  {
    SQLite::Database other(path_.string(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN EXCLUSIVE");
    EXPECT_NE(ErrorOf([&] {
                store.Add(Sample("0123456789ab"), 1);
              }).find("stayed locked"),
              std::string::npos);
    EXPECT_NE(ErrorOf([&] { store.Find("0123456789ab"); }), "");
  }
  EXPECT_FALSE(store.Find("0123456789ab"));
  EXPECT_TRUE(store.Add(Sample("0123456789ab"), 1));
}

// A limit on the size of files stands for a full disk: write fails.
TEST_F(SqliteDatabaseTest, FullDiskGivesOneSentenceAndLosesNothing) {
  SqliteDatabase database(path_);
  SqliteSubmissionStore store(database);
  ASSERT_TRUE(store.Add(Sample("000000000000"), 1));

  std::string error;
  {
    const testing::FullDisk full(std::filesystem::file_size(path_));
    error = ErrorOf([&] {
      store.Add(Sample("000000000001", std::string(1 << 20, 'x')), 1);
    });
  }

  EXPECT_NE(error.find("nothing stored before was lost"), std::string::npos)
      << error;
  EXPECT_TRUE(store.Find("000000000000"));
  EXPECT_FALSE(store.Find("000000000001"));
  EXPECT_TRUE(store.Add(Sample("000000000001"), 1));
}

TEST_F(SqliteDatabaseTest, ProcessKilledInATransactionLeavesTheDataAsBefore) {
  {
    SqliteDatabase database(path_);
    SqliteSubmissionStore(database).Add(Sample("000000000000"), 1);
  }
  const pid_t child = fork();
  if (child == 0) {
    try {
      SqliteDatabase database(path_);
      database.Write([](SQLite::Database& db) {
        db.exec("PRAGMA cache_size = 1");  // so that pages reach the file
        db.exec("DELETE FROM job");
        db.exec("DELETE FROM submission");
        for (int i = 0; i < 100; ++i) {
          db.exec(
              "INSERT INTO submission (id, prompt, eccentricity, email, "
              "subscribe, created) VALUES (" +
              std::to_string(i) + ", hex(randomblob(4000)), 1, '', 0, 0)");
        }
        raise(SIGKILL);
      });
    } catch (...) {
    }
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_GT(std::filesystem::file_size(path_.string() + "-journal"), 0u);
  SqliteDatabase database(path_);
  EXPECT_TRUE(SqliteSubmissionStore(database).Find("000000000000"));
  EXPECT_EQ(SqliteModerationStore(database).List({.limit = 1000}).size(), 1u);
}

}  // namespace
}  // namespace artspeak::store
