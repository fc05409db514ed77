// artspeak admin reviews approve | block | unblock | erase | list | show, and
// artspeak admin audit, on a real database.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/error.h"
#include "base/file.h"
#include "store/sqlite_database.h"
#include "store/sqlite_submission_store.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

using nlohmann::json;
using service::ReviewState;

constexpr const char* kHeld = "000000000001";
constexpr const char* kReported = "0a1b2c3d";

class AdminModerationTest : public ::testing::Test {
 protected:
  AdminModerationTest() {
    base::WriteFileAtomically(directory_ / "artspeak.toml", "");
    service::Submission held{kHeld, "A rude chair", "", 7, false, {}};
    held.held = true;
    submissions_.Add(held, 1);
    submissions_.Import({kReported, "A chair", 3, base::UnixTime(), {"One."}});
    submissions_.AddReport(
        kReported, {service::ReportReason::kPrivacy, "My\nstreet", "", {}});
  }

  // Standard output; throws what the command throws.
  std::string Run(std::vector<std::string> words) {
    CLI::App app;
    AddAdminCommand(app);
    words.insert(words.begin(), "admin");
    words.push_back("--config");
    words.push_back((directory_ / "artspeak.toml").string());
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    ::testing::internal::CaptureStdout();
    try {
      app.parse(words);
    } catch (...) {
      ::testing::internal::GetCapturedStdout();
      throw;
    }
    return ::testing::internal::GetCapturedStdout();
  }
  ReviewState StateOf(const char* id) {
    return submissions_.Find(id).value().review.state;
  }

  testing::TempDir directory_;
  store::SqliteDatabase database_{directory_ / "artspeak.db"};
  store::SqliteSubmissionStore submissions_{database_};
};

TEST_F(AdminModerationTest, WhatWaitsIsListedAndDecided) {
  const std::string open = Run({"reviews", "list", "--open"});
  EXPECT_NE(open.find("held        A rude chair"), std::string::npos) << open;
  EXPECT_NE(open.find("blocked     (reports: 1) A chair"), std::string::npos)
      << open;
  EXPECT_EQ(Run({"reviews", "approve", kHeld}), "000000000001 approved\n");
  EXPECT_EQ(StateOf(kHeld), ReviewState::kWaiting);
  EXPECT_EQ(Run({"reviews", "unblock", kReported}), "0a1b2c3d unblocked\n");
  EXPECT_EQ(StateOf(kReported), ReviewState::kDone);
  EXPECT_EQ(Run({"reviews", "list", "--open"}), "");
  Run({"reviews", "block", kReported, kHeld});
  EXPECT_EQ(StateOf(kReported), ReviewState::kBlocked);
  EXPECT_EQ(StateOf(kHeld), ReviewState::kBlocked);
  EXPECT_EQ(
      json::parse(Run({"reviews", "list", "--state", "blocked", "--json"}))
          .size(),
      2u);
  Run({"reviews", "erase", kReported});
  EXPECT_FALSE(submissions_.Find(kReported));
  EXPECT_THROW(Run({"reviews", "erase", kReported}), base::Error);
}

TEST_F(AdminModerationTest, AReviewIsShownWithItsReports) {
  const std::string shown = Run({"reviews", "show", kReported});
  EXPECT_NE(shown.find("privacy: My street\n"), std::string::npos) << shown;
  const json object =
      json::parse(Run({"reviews", "show", kReported, "--json"}));
  EXPECT_EQ(object.at("reports"),
            (json::array({{{"created", "1970-01-01T00:00:00Z"},
                           {"reason", "privacy"},
                           {"note", "My\nstreet"},
                           {"blocked", true},
                           {"open", true}}})));
}

TEST_F(AdminModerationTest, TheTrailTellsWhoDidWhat) {
  Run({"reviews", "approve", kHeld});
  const json trail = json::parse(Run({"audit", "--json"}));
  ASSERT_EQ(trail.size(), 2u);
  EXPECT_EQ(trail[0].at("actor"), "command line");
  EXPECT_EQ(trail[0].at("action"), "approve");
  EXPECT_EQ(trail[0].at("subject"), kHeld);
  EXPECT_EQ(trail[1].at("actor"), "visitor");
  EXPECT_EQ(trail[1].at("note"), "privacy");
  const std::string lines = Run({"audit", "--review", kReported});
  EXPECT_NE(lines.find("block"), std::string::npos);
  EXPECT_EQ(lines.find("approve"), std::string::npos);
  EXPECT_EQ(json::parse(Run({"audit", "--limit", "1", "--json"})).size(), 1u);
}

}  // namespace
}  // namespace artspeak::app
