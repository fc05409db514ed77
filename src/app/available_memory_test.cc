#include "app/available_memory.h"

#include <gtest/gtest.h>

#include <string>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

constexpr int64_t kGiB = 1 << 30;

class AvailableMemoryOf : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& content) {
    base::MakeDirectories((root_ / path).parent_path());
    base::WriteFileAtomically(root_ / path, content);
  }

  testing::TempDir directory_;
  std::filesystem::path root_ = directory_ / "root";
};

TEST_F(AvailableMemoryOf, AMachineIsWhatIsFreeOrCanBe) {
  EXPECT_FALSE(AvailableMemory(root_));
  Write("proc/meminfo",
        "MemTotal:       8388608 kB\nMemFree:         100 kB\n"
        "MemAvailable:    4194304 kB\n");
  Write("proc/self/cgroup", "0::/\n");
  EXPECT_EQ(AvailableMemory(root_), 4 * kGiB);
}

TEST_F(AvailableMemoryOf, AGroupIsWhatItAndThoseAboveLeave) {
  Write("proc/meminfo", "MemAvailable:    8388608 kB\n");
  Write("proc/self/cgroup", "0::/system.slice/train.service\n");
  const std::string slice = "sys/fs/cgroup/system.slice/";
  Write(slice + "train.service/memory.max", "max\n");
  Write(slice + "train.service/memory.current", "1073741824\n");
  EXPECT_EQ(AvailableMemory(root_), 8 * kGiB);
  Write(slice + "memory.max", "4294967296\n");
  Write(slice + "memory.current", "3221225472\n");
  Write(slice + "memory.stat", "anon 5\ninactive_file 1073741824\n");
  EXPECT_EQ(AvailableMemory(root_), 2 * kGiB);
  Write(slice + "train.service/memory.max", "2147483648\n");
  EXPECT_EQ(AvailableMemory(root_), 1 * kGiB);
}

TEST_F(AvailableMemoryOf, GroupsOfOldAreKnownToo) {
  Write("proc/meminfo", "MemAvailable:    8388608 kB\n");
  Write("proc/self/cgroup", "7:cpu,memory:/box\n3:freezer:/\n");
  Write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "3221225472\n");
  Write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "1073741824\n");
  EXPECT_EQ(AvailableMemory(root_), 2 * kGiB);
}

TEST_F(AvailableMemoryOf, ThisMachineIsSome) {
  EXPECT_GT(AvailableMemory().value_or(0), 1 << 20);
  EXPECT_GT(ResidentMemory(), 1 << 20);
}

}  // namespace
}  // namespace artspeak::app
