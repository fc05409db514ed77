// `artspeak finetune` is interrupted and left without disk space; what
// it makes in the end is what it makes undisturbed, byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "tests/faults/finetune_run.h"
#include "tests/faults/process.h"

namespace artspeak::faults {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class FinetuneSignal : public Finetune,
                       public ::testing::WithParamInterface<int> {};

TEST_P(FinetuneSignal, SavesAndSaysHowToGoOn) {
  RunStraight();
  // The program may end before a signal comes: then it is just finished.
  for (int i = 0; i < 3 && !HasFinished(Run("stopped")); ++i) {
    Process process(directory_.path(), Command("stopped"));
    ASSERT_TRUE(process.WaitForOutput("To do:")) << process.errors();
    process.Signal(GetParam());
    if (process.Wait() == 0) break;
    EXPECT_EQ(process.Wait(), 1);
    EXPECT_THAT(process.errors(), HasSubstr("the same command goes on"));
  }
  if (!HasFinished(Run("stopped"))) {
    Process process(directory_.path(), Command("stopped"));
    EXPECT_EQ(process.Wait(), 0) << process.errors();
  }
  ExpectSameAsStraight(Run("stopped"));
}

INSTANTIATE_TEST_SUITE_P(, FinetuneSignal, ::testing::Values(SIGINT, SIGTERM));

TEST_F(Finetune, ASecondTrainerOnOneRunIsRefused) {
  Process first(directory_.path(), Command("one", 1'000'000));
  ASSERT_TRUE(first.WaitForOutput("To do:")) << first.errors();
  const fs::path elsewhere = directory_ / "elsewhere";
  fs::create_directory(elsewhere);
  MakeDataset(elsewhere);
  fs::create_symlink("../runs", elsewhere / "runs");
  Process second(elsewhere, Command("one"));
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.errors(), HasSubstr("in use by another artspeak"));
}

// A small disk of this process alone, if the system lets us have one.
class SmallDisk {
 public:
  explicit SmallDisk(const fs::path& path) : path_(path) {
    fs::create_directory(path_);
    const uid_t user = getuid();
    if (unshare(CLONE_NEWNS) != 0) {
      if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return;
      std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
    }
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool Resize(const std::string& size) {
    return mount(nullptr, path_.c_str(), nullptr, MS_REMOUNT,
                 ("size=" + size).c_str()) == 0;
  }

 private:
  fs::path path_;
  bool mounted_ = false;
};

// What happens when others fill the disk later: disk_test.cc.
TEST_F(Finetune, ADiskTooSmallForTheCheckpointsIsSaidBeforeTheTraining) {
  SmallDisk small(directory_ / "disk");
  if (!small.mounted()) GTEST_SKIP() << "no right to mount a small disk";
  RunStraight();
  const fs::path place = directory_ / "disk";
  MakeDataset(place);
  uintmax_t checkpoint = 0;  // bytes of one
  for (const auto& entry :
       fs::recursive_directory_iterator(Run("straight") / "checkpoints")) {
    if (entry.is_regular_file()) checkpoint += entry.file_size();
  }
  // Room for one checkpoint and the rest, not for two.
  ASSERT_TRUE(small.Resize(std::to_string(checkpoint * 17 / 10 + 100'000)));
  {
    Process process(place, Command("small"));
    EXPECT_EQ(process.Wait(), 1);
    EXPECT_THAT(process.errors(), HasSubstr("make room there"));
    EXPECT_THAT(process.output(), Not(HasSubstr("To do:")));
  }
  ASSERT_TRUE(small.Resize("20m"));
  Process process(place, Command("small"));
  EXPECT_EQ(process.Wait(), 0) << process.errors();
  ExpectSameAsStraight(place / "runs" / "small");
}

}  // namespace
}  // namespace artspeak::faults
