#include "web/assets.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

TEST(Assets, FilesHaveTypeAndTag) {
  testing::TempDir folder;
  std::filesystem::create_directory(folder / "fonts");
  base::WriteFileAtomically(folder / "style.css", "a{}");
  base::WriteFileAtomically(folder / "fonts/text.woff2", "x");
  const Assets assets(folder.path());
  const auto style = assets.Find("style.css");
  ASSERT_TRUE(style);
  EXPECT_EQ(style->content, "a{}");
  EXPECT_EQ(style->type, "text/css; charset=utf-8");
  EXPECT_EQ(style->etag.size(), 26u);
  ASSERT_TRUE(assets.Find("fonts/text.woff2"));
  EXPECT_EQ(assets.Find("fonts/text.woff2")->type, "font/woff2");
  EXPECT_EQ(assets.Find("style.css"), style) << "kept, not read again";
}

TEST(Assets, AChangedFileShowsAtOnce) {
  testing::TempDir folder;
  const Assets assets(folder.path());
  EXPECT_FALSE(assets.Find("style.css"));
  base::WriteFileAtomically(folder / "style.css", "a{}");
  const auto before = assets.Find("style.css");
  base::WriteFileAtomically(folder / "style.css", "b{}");
  const auto after = assets.Find("style.css");
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->content, "b{}");
  EXPECT_NE(after->etag, before->etag);
}

TEST(Assets, NothingOutsideTheFolderIsServed) {
  testing::TempDir folder;
  std::filesystem::create_directories(folder / "assets/deep");
  base::WriteFileAtomically(folder / "secret", "s");
  base::WriteFileAtomically(folder / "assets/.hidden", "h");
  base::WriteFileAtomically(folder / "assets/a", "a");
  const Assets assets(folder / "assets");
  for (const char* path :
       {"", "../secret", "deep/../../secret", "..", ".", ".hidden", "/a",
        "deep", "deep/", "a/", "deep//a", "a\\b", "%2e%2e/secret"}) {
    EXPECT_FALSE(assets.Find(path)) << path;
  }
  EXPECT_FALSE(assets.Find(std::string("a\0", 2)));
  EXPECT_FALSE(assets.Find(std::string(100000, 'a')));
  EXPECT_TRUE(assets.Find("a"));
}

TEST(Assets, APipeIsNotWaitedFor) {
  testing::TempDir folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(Assets(folder.path()).Find("pipe"));
}

}  // namespace
}  // namespace artspeak::web
