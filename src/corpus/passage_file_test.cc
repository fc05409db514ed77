#include "corpus/passage_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "corpus/originality.h"
#include "tests/support/testing.h"

namespace artspeak::corpus {
namespace {

using ::testing::HasSubstr;
using testing::TempDir;

const std::string kOrigin = "sixteen bytes ok";

PassageIndex Index() {
  PassageIndexBuilder builder;
  builder.Add("The light in the room");
  builder.Add("is quiet");
  return builder.Finish();
}

// Not durable, so that a test may write a thousand files.
void Overwrite(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST(PassageFile, IsOpenedAsItWasWritten) {
  TempDir directory;
  const auto path = directory / "originality";
  WritePassageFile(path, Index(), kOrigin);
  const StoredPassages stored = OpenPassageFile(path);
  EXPECT_EQ(stored.origin, kOrigin);
  EXPECT_EQ(stored.index.documents(), 2u);
  EXPECT_EQ(stored.index.words(), 7u);
  EXPECT_EQ(stored.index.Digest(), Index().Digest());
  const auto found =
      MeasureOriginality("Quiet light in the room is quiet", stored.index);
  EXPECT_EQ(found.LongestCopy(), 4u);
  EXPECT_EQ(found.passages.back().document, 1u);
}

TEST(PassageFile, MayHoldNothing) {
  TempDir directory;
  WritePassageFile(directory / "none", PassageIndexBuilder().Finish(), kOrigin);
  const StoredPassages stored = OpenPassageFile(directory / "none");
  EXPECT_EQ(MeasureOriginality("a word", stored.index).LongestCopy(), 0u);
}

TEST(PassageFile, OutlivesTheFile) {
  TempDir directory;
  WritePassageFile(directory / "a", Index(), kOrigin);
  const PassageIndex index = OpenPassageFile(directory / "a").index;
  std::filesystem::remove(directory / "a");
  EXPECT_EQ(MeasureOriginality("is quiet", index).LongestCopy(), 2u);
}

TEST(PassageFile, EveryTruncationAndEveryFlippedBitIsNoticed) {
  TempDir directory;
  const auto path = directory / "originality";
  WritePassageFile(path, Index(), kOrigin);
  const std::string whole = base::ReadFile(path);
  for (size_t size = 0; size < whole.size(); ++size) {
    Overwrite(path, whole.substr(0, size));
    EXPECT_THROW(OpenPassageFile(path), base::Error) << size;
  }
  Overwrite(path, whole + "four");
  EXPECT_THROW(OpenPassageFile(path), base::Error);
  for (size_t bit = 0; bit < whole.size() * 8; bit += 3) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    Overwrite(path, flipped);
    EXPECT_THROW(OpenPassageFile(path), base::Error) << bit;
  }
}

// Byte by byte, behind a checksum that fits: whatever is still opened can be
// searched.
TEST(PassageFile, NumbersThatLieAreRefusedOrHarmless) {
  TempDir directory;
  const auto path = directory / "originality";
  WritePassageFile(path, Index(), kOrigin);
  const std::string whole = base::ReadFile(path);
  size_t refused = 0;
  for (size_t byte = 8; byte + 16 < whole.size(); ++byte) {
    for (const int value : {0, 1, 5, 200, 255}) {
      std::string lying = whole.substr(0, whole.size() - 16);
      lying[byte] = static_cast<char>(value);
      base::Blake2b checksum(16);
      checksum.Update(lying);
      Overwrite(path, lying + checksum.Finish());
      try {
        MeasureOriginality("the light in the room is quiet here",
                           OpenPassageFile(path).index);
      } catch (const base::Error&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, whole.size());
}

TEST(PassageFile, TheFaultSaysHowToMakeItAgain) {
  TempDir directory;
  const auto path = directory / "originality";
  Overwrite(path, std::string(100, 'x'));
  EXPECT_FALSE(IsPassageFile(path));
  try {
    OpenPassageFile(path);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("artspeak corpus originality DATASET --output"));
  }
  WritePassageFile(path, Index(), kOrigin);
  EXPECT_TRUE(IsPassageFile(path));
  EXPECT_FALSE(IsPassageFile(directory / "missing"));
}

}  // namespace
}  // namespace artspeak::corpus
