// `artspeak admin subscribers` and `artspeak admin erase` on a database.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "store/sqlite_database.h"
#include "store/sqlite_outbox.h"
#include "store/sqlite_submission_store.h"
#include "store/sqlite_subscriber_store.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

using std::chrono::seconds;

class SubscribersCommandTest : public ::testing::Test {
 protected:
  SubscribersCommandTest() {
    base::WriteFileAtomically(
        directory_ / "artspeak.toml",
        "[site]\nname = \"Kunst\"\nbase_url = \"https://art.example.org\"\n"
        "directory = \"" +
            (testing::SourceDir() / "site").string() + "\"\n");
  }

  // What the command prints; error_ is empty if it succeeded.
  std::string Run(std::vector<std::string> words) {
    CLI::App app;
    AddAdminCommand(app);
    words.insert(words.begin(), "admin");
    words.insert(words.end(),
                 {"--config", (directory_ / "artspeak.toml").string()});
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    error_.clear();
    ::testing::internal::CaptureStdout();
    try {
      app.parse(words);
    } catch (const base::Error& error) {
      error_ = error.what();
    } catch (const CLI::Error& error) {
      error_ = std::string("usage: ") + error.what();
    }
    return ::testing::internal::GetCapturedStdout();
  }

  std::string Write(const std::string& text) {
    base::WriteFileAtomically(directory_ / "news.txt", text);
    return (directory_ / "news.txt").string();
  }

  void Submit(const std::string& id, const std::string& address,
              bool subscribe) {
    submissions_.Add({.id = id,
                      .prompt = "A chair",
                      .email = address,
                      .eccentricity = 7,
                      .subscribe = subscribe,
                      .created = now_,
                      .update_wording = "Write \"news\", please"},
                     1);
  }
  void Join(const std::string& id, const std::string& address) {
    Submit(id, address, true);
    const auto mail = outbox_.TakeDue("n", now_).value();
    outbox_.MarkSent(mail, now_);
    subscribers_.Confirm(mail.subscription_token, "Yes", now_ + seconds(60));
  }

  testing::TempDir directory_;
  store::SqliteDatabase database_{directory_ / "artspeak.db"};
  store::SqliteSubmissionStore submissions_{database_};
  store::SqliteOutbox outbox_{database_};
  store::SqliteSubscriberStore subscribers_{database_};
  const base::UnixTime now_{seconds(1700000000)};
  std::string error_;
};

TEST_F(SubscribersCommandTest, ExportTellsWhoAgreedToWhatAndWhen) {
  Join("000000000001", "v@example.org");
  Submit("000000000002", "unconfirmed@example.org", true);
  EXPECT_EQ(Run({"subscribers", "export"}),
            "address,requested,requested_wording,confirmed,confirmed_wording"
            "\r\nv@example.org,2023-11-14T22:13:20Z,"
            "\"Write \"\"news\"\", please\",2023-11-14T22:14:20Z,Yes\r\n");
  EXPECT_EQ(error_, "");
}

TEST_F(SubscribersCommandTest, ADryRunShowsTheMailAndSendsNothing) {
  Join("000000000001", "v@example.org");
  const std::string shown =
      Run({"subscribers", "send", Write("Subject: A show\n\nOn Friday.\n"),
           "--dry-run"});
  EXPECT_EQ(error_, "");
  for (const char* words :
       {"Subject: A show\n", "On Friday", "list of Kunst",
        "https://art.example.org/subscription/", "To 1 subscribers"}) {
    EXPECT_NE(shown.find(words), std::string::npos) << shown;
  }
  EXPECT_EQ(outbox_.Count().due, 0);
}

TEST_F(SubscribersCommandTest, TheSameWordsGoOutOnce) {
  const std::string file = Write("Subject: A show\n\nOn Friday.\n");
  Run({"subscribers", "send", file});
  EXPECT_NE(error_.find("nobody is on the mailing list"), std::string::npos);
  Join("000000000001", "v@example.org");
  Join("000000000002", "w@example.org");
  EXPECT_NE(Run({"subscribers", "send", file}).find("notifier: 2"),
            std::string::npos);
  EXPECT_EQ(outbox_.Count().due, 2);
  Run({"subscribers", "send", file});
  EXPECT_NE(error_.find("sent before"), std::string::npos) << error_;
  EXPECT_EQ(outbox_.Count().due, 2);
}

TEST_F(SubscribersCommandTest, AFileThatIsNoMailIsNamed) {
  Join("000000000001", "v@example.org");
  const std::string file = Write("On Friday.\n");
  Run({"subscribers", "send", file});
  EXPECT_NE(error_.find("news.txt: the mail must begin"), std::string::npos)
      << error_;
  Run({"subscribers", "send", (directory_ / "missing.txt").string()});
  EXPECT_NE(error_, "");
  EXPECT_EQ(outbox_.Count().due, 0);
}

TEST_F(SubscribersCommandTest, EraseForgetsAPerson) {
  Join("000000000001", "v@example.org");
  Submit("000000000002", "V@example.org", false);
  EXPECT_EQ(Run({"erase", "v@EXAMPLE.org"}),
            "taken off the mailing list\n"
            "reviews whose address was erased, and whose texts stay: 2\n");
  EXPECT_TRUE(submissions_.Find("000000000001"));
  const std::string rest =
      "Reviews whose address is no longer kept (keep_days) cannot be found by "
      "it. Ask the person for their links: the last part of each is the id for "
      "`artspeak admin reviews erase ID`.\n";
  EXPECT_EQ(Run({"erase", "v@example.org", "--reviews"}),
            "nothing is kept under this address\n" + rest);
  Submit("000000000003", "v@example.org", false);
  EXPECT_EQ(Run({"erase", "v@example.org", "--reviews"}),
            "reviews erased: 1\n" + rest);
  EXPECT_FALSE(submissions_.Find("000000000003"));
  Run({"erase", "nobody at home"});
  EXPECT_NE(error_.find("is no mail address"), std::string::npos) << error_;
}

}  // namespace
}  // namespace artspeak::app
