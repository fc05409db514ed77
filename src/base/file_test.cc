#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/error.h"
#include "tests/support/testing.h"

namespace artspeak::base {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TempDir;

std::string MessageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

size_t FilesIn(const fs::path& directory) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    count += entry.exists();
  }
  return count;
}

TEST(ReadFile, ReturnsEveryByte) {
  TempDir dir;
  const std::string content("a\0b\r\n\xff", 6);
  std::ofstream(dir / "x", std::ios::binary) << content;
  EXPECT_EQ(ReadFile(dir / "x"), content);
}

TEST(ReadFile, NamesTheMissingFile) {
  EXPECT_THAT(MessageOf([] { ReadFile("/nowhere/at.all"); }),
              HasSubstr("/nowhere/at.all: No such file"));
}

TEST(ReadFile, RefusesAFolder) {
  TempDir dir;
  EXPECT_THAT(MessageOf([&] { ReadFile(dir.path()); }),
              HasSubstr("Is a directory"));
}

TEST(AtomicFile, ReplacesTheWholeFile) {
  TempDir dir;
  WriteFileAtomically(dir / "x", "a long first version");
  WriteFileAtomically(dir / "x", "short");
  EXPECT_EQ(ReadFile(dir / "x"), "short");
  EXPECT_EQ(FilesIn(dir.path()), 1u);
}

TEST(AtomicFile, WritesMoreThanItsBufferInOrder) {
  TempDir dir;
  std::string expected;
  AtomicFile file(dir / "x");
  for (int i = 0; i < 40; ++i) {
    const std::string part(50'000 + 997 * i, static_cast<char>('a' + i % 26));
    file.Write(part);
    expected += part;
  }
  const std::string large(3'000'000, '#');  // larger than the buffer
  file.Write(large);
  file.Commit();
  EXPECT_EQ(ReadFile(dir / "x"), expected + large);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  TempDir dir;
  WriteFileAtomically(dir / "x", "old");
  {
    AtomicFile file(dir / "x");
    file.Write("new");
  }
  EXPECT_EQ(ReadFile(dir / "x"), "old");
  EXPECT_EQ(FilesIn(dir.path()), 1u);
}

// A limit on the file size makes write fail as a full disk does.
TEST(AtomicFile, KeepsTheOldFileWhenTheDiskIsFull) {
  TempDir dir;
  WriteFileAtomically(dir / "x", "old");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const bool failed =
        !MessageOf([&] {
           WriteFileAtomically(dir / "x", std::string(200'000, 'n'));
         }).empty();
    _exit(failed ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(ReadFile(dir / "x"), "old");
  EXPECT_EQ(FilesIn(dir.path()), 1u);
}

TEST(MakeDirectories, MakesThemOnceAndNamesWhatIsInTheWay) {
  TempDir dir;
  MakeDirectories(dir / "a" / "b");
  MakeDirectories(dir / "a" / "b");
  EXPECT_TRUE(fs::is_directory(dir / "a" / "b"));
  std::ofstream(dir / "file") << "x";
  for (const fs::path& path : {dir / "file", dir / "file" / "below"}) {
    EXPECT_THAT(MessageOf([&] { MakeDirectories(path); }),
                HasSubstr(path.string()));
  }
}

TEST(ReplaceLink, PointsElsewhereInOneStep) {
  TempDir dir;
  fs::create_directory(dir / "a");
  fs::create_directory(dir / "b");
  ReplaceLinkAtomically("a", dir / "latest");
  ReplaceLinkAtomically("b", dir / "latest");
  EXPECT_EQ(fs::read_symlink(dir / "latest"), "b");
  EXPECT_EQ(FilesIn(dir.path()), 3u);
}

TEST(FileLock, IsHeldByOne) {
  TempDir dir;
  {
    FileLock lock(dir / "lock");
    EXPECT_THAT(MessageOf([&] { FileLock second(dir / "lock"); }),
                HasSubstr("is in use by another artspeak, process " +
                          std::to_string(getpid()) + ": stop it first"));
    // A number that nobody wrote is not told.
    std::ofstream(dir / "lock") << "rm -rf";
    EXPECT_THAT(MessageOf([&] { FileLock second(dir / "lock"); }),
                HasSubstr("is in use by another artspeak: stop it first"));
  }
  EXPECT_EQ(MessageOf([&] { FileLock again(dir / "lock"); }), "");
}

TEST(MappedFile, ShowsTheBytesAndMoves) {
  TempDir dir;
  WriteFileAtomically(dir / "x", "mapped");
  MappedFile first(dir / "x");
  const MappedFile second = std::move(first);
  const std::string_view text(
      reinterpret_cast<const char*>(second.bytes().data()),
      second.bytes().size());
  EXPECT_EQ(text, "mapped");
}

TEST(MappedFile, OfAnEmptyFileIsEmpty) {
  TempDir dir;
  WriteFileAtomically(dir / "x", "");
  EXPECT_TRUE(MappedFile(dir / "x").bytes().empty());
}

TEST(InputFile, ReadsOnToTheEnd) {
  TempDir dir;
  WriteFileAtomically(dir / "file", "abcdefg");
  InputFile file(dir / "file");
  EXPECT_EQ(file.size(), 7u);
  char bytes[5];
  EXPECT_EQ(file.Read(bytes, 5), 5u);
  EXPECT_EQ(std::string(bytes, 5), "abcde");
  EXPECT_EQ(file.Read(bytes, 5), 2u);
  EXPECT_EQ(std::string(bytes, 2), "fg");
  EXPECT_EQ(file.Read(bytes, 5), 0u);
}

TEST(InputFile, MissingFilesAndFoldersThrow) {
  TempDir dir;
  EXPECT_THROW(InputFile(dir / "missing"), Error);
  EXPECT_THROW(InputFile(dir / "."), Error);
}

// Pages of `bytes` that are in this process's memory, as Linux counts them.
size_t ResidentBytes(std::span<const std::byte> bytes) {
  std::ifstream maps("/proc/self/smaps");
  const auto place = reinterpret_cast<uintptr_t>(bytes.data());
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%zx-%zx ", &begin, &end) == 2) {
      here = begin <= place && place < end;
    } else if (size_t kilobytes = 0;
               here &&
               std::sscanf(line.c_str(), "Rss: %zu kB", &kilobytes) == 1) {
      return kilobytes << 10;
    }
  }
  return 0;
}

TEST(ForgetMapped, GivesMemoryBackAndKeepsTheContent) {
  TempDir dir;
  const std::string content(1 << 20, 'x');
  WriteFileAtomically(dir / "file", content);
  const MappedFile file(dir / "file");
  const std::string_view view(
      reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  ASSERT_EQ(view, content);
  ASSERT_EQ(ResidentBytes(file.bytes()), content.size());
  ForgetMapped(file.bytes());
  EXPECT_EQ(ResidentBytes(file.bytes()), 0u);
  EXPECT_EQ(view, content);
  ForgetMapped({});
}

}  // namespace
}  // namespace artspeak::base
