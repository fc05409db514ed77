#include "train/checksums.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::train {
namespace {

using Names = std::vector<std::string>;

class Checksums : public ::testing::Test {
 protected:
  Checksums() {
    base::WriteFileAtomically(directory_ / "config.json", "{}");
    base::WriteFileAtomically(directory_ / "model.safetensors",
                              std::string(70'000, 'w'));
    base::WriteFileAtomically(directory_ / "empty", "");
    WriteChecksums(directory_.path());
  }

  testing::TempDir directory_;
};

// The most memory this process held since the last call, in bytes.
int64_t PeakSinceLast() {
  std::ifstream status("/proc/self/status");
  int64_t kilobytes = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) kilobytes = std::stoll(line.substr(6));
  }
  std::ofstream("/proc/self/clear_refs") << 5;  // proc(5)
  return kilobytes << 10;
}

TEST_F(Checksums, ReadingALargeFileTakesLittleMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps notes on every byte that is read";
#endif
  constexpr int64_t kBytes = 256 << 20;
  std::ofstream(directory_ / "large").put('x');
  std::filesystem::resize_file(directory_ / "large", kBytes);
  PeakSinceLast();
  const int64_t before = PeakSinceLast();
  WriteChecksums(directory_.path());
  EXPECT_EQ(DamagedFiles(directory_.path()), Names{});
  EXPECT_LT(PeakSinceLast() - before, kBytes / 4);
}

TEST_F(Checksums, NameWhatAnyByteChangedIn) {
  EXPECT_EQ(DamagedFiles(directory_.path()), Names{});
  for (const size_t at : {size_t{0}, size_t{69'999}}) {
    std::string bytes(70'000, 'w');
    bytes[at] ^= 1;
    base::WriteFileAtomically(directory_ / "model.safetensors", bytes);
    EXPECT_EQ(DamagedFiles(directory_.path()), Names{"model.safetensors"});
  }
  base::WriteFileAtomically(directory_ / "empty", "x");
  std::filesystem::remove(directory_ / "config.json");
  EXPECT_EQ(DamagedFiles(directory_.path()),
            (Names{"config.json", "empty", "model.safetensors"}));
}

TEST_F(Checksums, AreThemselvesNamedWhenTheyMakeNoSense) {
  for (const std::string& content :
       {std::string(), std::string("x"), std::string(100, '\0'),
        std::string("00  ../config.json\n")}) {
    base::WriteFileAtomically(directory_ / "B2SUMS", content);
    EXPECT_EQ(DamagedFiles(directory_.path()), Names{"B2SUMS"}) << content;
  }
}

TEST_F(Checksums, AreNotMissedInAModelFromElsewhere) {
  std::filesystem::remove(directory_ / "B2SUMS");
  EXPECT_FALSE(HasChecksums(directory_.path()));
  EXPECT_EQ(DamagedFiles(directory_.path()), Names{});
}

TEST_F(Checksums, AreThoseOfB2sum) {
  if (std::system("b2sum --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "b2sum is not installed";
  }
  const std::string check = "cd '" + directory_.path().string() +
                            "' && b2sum --check --quiet B2SUMS 2>/dev/null";
  EXPECT_EQ(std::system(check.c_str()), 0);
  base::WriteFileAtomically(directory_ / "config.json", "[]");
  EXPECT_NE(std::system(check.c_str()), 0);
}

}  // namespace
}  // namespace artspeak::train
