#include "archive/archive_database.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"

namespace artspeak::archive {
namespace {

// Without waiting for the disk: this is done a hundred times.
void Overwrite(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

Outcome Done(int64_t link, const std::string& text) {
  Outcome outcome;
  outcome.link = link;
  outcome.page = RawPage{"text/html", "\"tag\"", "", std::string(10'000, 'x')};
  outcome.document = ArchivedDocument{"http://h/", "t", "1974", text};
  return outcome;
}

TEST(ArchiveDatabase, KeepsWhatWasCommitted) {
  const testing::TempDir directory;
  const auto path = directory / "a.db";
  {
    ArchiveDatabase database(path);
    EXPECT_EQ(database.AddLinks(
                  std::vector<NewLink>{{"http://h/", LinkKind::kList, 0},
                                       {"http://h/1", LinkKind::kDocument, 0},
                                       {"http://h/1", LinkKind::kList, 0}}),
              1);
    Outcome list;
    list.link = 1;
    list.found = {{"http://h/2", LinkKind::kDocument, 0},
                  {"http://h/1", LinkKind::kDocument, 0}};
    EXPECT_EQ(database.Commit(std::vector<Outcome>{list, Done(2, "one")}), 1);
    database.SetNote("rules", "x");
  }
  ArchiveDatabase database(path);
  const auto pending = database.Pending(10);
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_EQ(pending[0].url, "http://h/2");
  EXPECT_EQ(database.FindPage(2)->body.size(), 10'000u);
  EXPECT_FALSE(database.FindPage(3));
  EXPECT_EQ(database.Note("rules"), "x");
  EXPECT_EQ(database.Note("none"), "");
  // A reader beside the writer.
  const auto documents = ReadArchive(path);
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_EQ(documents[0].text, "one");
  EXPECT_TRUE(IsArchive(path));
}

TEST(ArchiveDatabase, AFullDiskLosesNothingThatWasCommitted) {
  const testing::TempDir directory;
  const auto path = directory / "a.db";
  ArchiveDatabase database(path);
  database.AddLinks(
      std::vector<NewLink>{{"http://h/1", LinkKind::kDocument, 0},
                           {"http://h/2", LinkKind::kDocument, 0}});
  database.Commit(std::vector<Outcome>{Done(1, "one")});
  {
    const testing::FullDisk full(std::filesystem::file_size(path));
    const std::vector<Outcome> large = {Done(2, std::string(1 << 20, 'x'))};
    EXPECT_THROW(database.Commit(large), base::Error);
  }
  EXPECT_EQ(database.Pending(10).size(), 1u) << "the page comes again";
  EXPECT_EQ(database.Counts().documents, 1);
  database.Commit(std::vector<Outcome>{Done(2, "two")});
  EXPECT_EQ(ReadArchive(path).size(), 2u);
}

TEST(ArchiveDatabase, OneCrawlAtATime) {
  const testing::TempDir directory;
  const ArchiveDatabase first(directory / "a.db");
  EXPECT_THROW(ArchiveDatabase(directory / "a.db"), base::Error);
}

TEST(ArchiveDatabase, WhatIsNoArchiveIsNotTouched) {
  const testing::TempDir directory;
  const auto path = directory / "other";
  base::WriteFileAtomically(path, std::string(5000, 'n'));
  EXPECT_FALSE(IsArchive(path));
  EXPECT_FALSE(IsArchive(directory / "missing"));
  EXPECT_FALSE(IsArchive(directory.path()));
  EXPECT_THROW(ReadArchive(path), base::Error);
  EXPECT_THROW(ReadArchive(directory / "missing"), base::Error);
  EXPECT_THROW(ArchiveDatabase{path}, base::Error);
  EXPECT_EQ(base::ReadFile(path), std::string(5000, 'n'));
  EXPECT_THROW(ArchiveDatabase(directory / "no" / "folder"), base::Error);
}

TEST(ArchiveDatabase, ANewerVersionAndDamageAreTold) {
  const testing::TempDir directory;
  const auto path = directory / "a.db";
  {
    ArchiveDatabase database(path);
    database.AddLinks(
        std::vector<NewLink>{{"http://h/1", LinkKind::kDocument, 0}});
    database.Commit(std::vector<Outcome>{Done(1, std::string(50'000, 't'))});
  }
  const std::string good = base::ReadFile(path);
  std::string newer = good;
  newer[63] = 9;  // user_version, big-endian at 60
  base::WriteFileAtomically(path, newer);
  EXPECT_THROW(ReadArchive(path), base::Error);
  // Cut anywhere and flipped anywhere: a sentence or a text, never a crash.
  for (size_t at = 0; at < good.size(); at += 997) {
    for (const std::string& bytes :
         {good.substr(0, at),
          good.substr(0, at) + char(good[at] ^ 0x55) + good.substr(at + 1)}) {
      Overwrite(path, bytes);
      try {
        ReadArchive(path);
      } catch (const base::Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace artspeak::archive
