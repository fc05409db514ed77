// The owner's choices on the command line: the gallery and the examples.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/error.h"
#include "base/file.h"
#include "store/sqlite_database.h"
#include "store/sqlite_gallery_store.h"
#include "store/sqlite_moderation_store.h"
#include "store/sqlite_submission_store.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

using service::GalleryState;

constexpr const char* kId = "0123456789ab";

class GalleryCommandTest : public ::testing::Test {
 protected:
  GalleryCommandTest() {
    base::MakeDirectories(directory_ / "site");
    base::WriteFileAtomically(directory_ / "artspeak.toml",
                              "[store]\nurl = \"sqlite:artspeak.db\"\n");
    submissions_.Import({kId, "A\nchair", 7, {}, {"It stands."}});
  }

  // What the command says; "failed: " and why if it does not succeed.
  std::string Admin(std::vector<std::string> words) {
    CLI::App app;
    AddAdminCommand(app);
    words.insert(words.begin(), "admin");
    words.push_back("--config");
    words.push_back((directory_ / "artspeak.toml").string());
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    ::testing::internal::CaptureStdout();
    std::string fault;
    try {
      app.parse(words);
    } catch (const base::Error& error) {
      fault = std::string("failed: ") + error.what();
    } catch (const CLI::Error& error) {
      fault = std::string("usage: ") + error.what();
    }
    return ::testing::internal::GetCapturedStdout() + fault;
  }
  std::string Examples() {
    return base::ReadFile(directory_ / "site/examples.txt");
  }

  testing::TempDir directory_;
  store::SqliteDatabase database_{directory_ / "artspeak.db"};
  store::SqliteSubmissionStore submissions_{database_};
  store::SqliteGalleryStore gallery_{database_};
  const service::Deed deed_{service::kByCommand, {}};
};

TEST_F(GalleryCommandTest, OffersAreListedAndHung) {
  EXPECT_EQ(Admin({"reviews", "gallery"}), "");
  gallery_.Offer(kId, {});
  EXPECT_EQ(Admin({"reviews", "gallery"}), "0123456789ab  A chair\n");
  EXPECT_EQ(Admin({"reviews", "hang", kId}), "0123456789ab hung\n");
  EXPECT_EQ(gallery_.StateOf(kId), GalleryState::kHung);
  EXPECT_EQ(Admin({"reviews", "gallery"}), "");
  EXPECT_EQ(Admin({"reviews", "gallery", "--state", "hung"}),
            "0123456789ab  A chair\n");
  EXPECT_EQ(Admin({"reviews", "gallery", "--state", "stolen"}).substr(0, 6),
            "usage:");
}

TEST_F(GalleryCommandTest, HangingTellsWhatNobodyOffered) {
  EXPECT_EQ(Admin({"reviews", "hang", kId}),
            "0123456789ab hung; its visitor had not offered it\n");
  EXPECT_EQ(Admin({"reviews", "hang", "000000000000"}).substr(0, 7), "failed:");
}

TEST_F(GalleryCommandTest, UnhangingTakesDownOrDeclines) {
  EXPECT_EQ(Admin({"reviews", "unhang", kId}).substr(0, 7), "failed:");
  gallery_.Offer(kId, {});
  EXPECT_EQ(Admin({"reviews", "unhang", kId}), "0123456789ab declined\n");
  gallery_.Hang(kId, deed_);
  EXPECT_EQ(Admin({"reviews", "unhang", kId}), "0123456789ab taken down\n");
  EXPECT_EQ(gallery_.StateOf(kId), GalleryState::kDeclined);
}

TEST_F(GalleryCommandTest, ExamplesAreAddedListedAndRemoved) {
  submissions_.Import({"00000000000a", "A door", 7, {}, {"It opens."}});
  EXPECT_EQ(Admin({"examples", "list"}), "");
  EXPECT_EQ(Admin({"examples", "add", kId}),
            "0123456789ab is the last example\n");
  EXPECT_EQ(Admin({"examples", "add", "00000000000a", "--first"}),
            "00000000000a is the first example\n");
  EXPECT_EQ(Examples(), "00000000000a\n0123456789ab\n");
  EXPECT_EQ(Admin({"examples", "list"}), Examples());
  EXPECT_EQ(Admin({"examples", "remove", kId}),
            "0123456789ab is no example any more\n");
  EXPECT_EQ(Admin({"examples", "remove", kId}).substr(0, 7), "failed:");
  EXPECT_EQ(Examples(), "00000000000a\n");
}

TEST_F(GalleryCommandTest, OnlyFinishedReviewsBecomeExamples) {
  store::SqliteModerationStore(database_).Block(kId, deed_);
  for (const char* id : {kId, "000000000000", "nonsense"}) {
    EXPECT_EQ(Admin({"examples", "add", id}).substr(0, 7), "failed:") << id;
  }
  EXPECT_FALSE(std::filesystem::exists(directory_ / "site/examples.txt"));
}

}  // namespace
}  // namespace artspeak::app
