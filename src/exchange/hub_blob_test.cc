#include "exchange/hub_blob.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;

// printf 'hello\n' | git hash-object --stdin, and its SHA-256.
const HubFile kSmall = {"a", 6, "ce013625030ba8dba906f756967f9e9ca394464a"};
const HubFile kLarge = {
    "a", 6, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"};

class HubBlob : public ::testing::Test {
 protected:
  testing::TempDir folder_;
  const fs::path path_ = folder_ / "blob";
  const fs::path incomplete_ = folder_ / "blob.incomplete";
};

TEST_F(HubBlob, IsThereWhenItIsWholeAndRight) {
  for (const HubFile& file : {kSmall, kLarge}) {
    fs::remove(path_);
    PartialBlob blob(path_, file);
    blob.Append("hel");
    blob.Append("lo\n");
    EXPECT_TRUE(blob.full());
    EXPECT_FALSE(fs::exists(path_));
    blob.Commit();
    EXPECT_EQ(base::ReadFile(path_), "hello\n");
    EXPECT_FALSE(fs::exists(incomplete_));
  }
}

TEST_F(HubBlob, GoesOnWithWhatAnEarlierPullLeft) {
  PartialBlob(path_, kLarge).Append("hel");
  PartialBlob blob(path_, kLarge);
  EXPECT_EQ(blob.size(), 3);
  blob.Append("lo\n");
  blob.Commit();
  EXPECT_EQ(base::ReadFile(path_), "hello\n");
}

TEST_F(HubBlob, WhatCannotBeItsBeginningIsDropped) {
  base::WriteFileAtomically(incomplete_, "hello, hello");
  PartialBlob blob(path_, kLarge);
  EXPECT_EQ(blob.size(), 0);
  blob.Append("hel");
  blob.Restart();
  blob.Append("hello\n");
  blob.Commit();
  EXPECT_EQ(base::ReadFile(path_), "hello\n");
}

TEST_F(HubBlob, AWrongFileIsThrownAway) {
  for (const HubFile& file : {kSmall, kLarge}) {
    PartialBlob blob(path_, file);
    blob.Append("jello\n");
    EXPECT_THROW(blob.Commit(), Error);
    EXPECT_FALSE(fs::exists(path_));
    EXPECT_FALSE(fs::exists(incomplete_));
  }
}

TEST_F(HubBlob, MoreThanItsSizeIsRefused) {
  PartialBlob blob(path_, kSmall);
  blob.Append("hello");
  EXPECT_THROW(blob.Append("\n\n"), Error);
}

TEST_F(HubBlob, AFullDiskLosesNothing) {
  {
    PartialBlob blob(path_, kLarge);
    const testing::FullDisk disk(4);
    try {
      blob.Append("hello\n");
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("free some space"),
                std::string::npos);
    }
  }
  PartialBlob blob(path_, kLarge);
  EXPECT_EQ(blob.size(), 4);
  blob.Append("o\n");
  blob.Commit();
  EXPECT_EQ(base::ReadFile(path_), "hello\n");
}

}  // namespace
}  // namespace artspeak::exchange
