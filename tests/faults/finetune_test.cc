// `artspeak finetune` is killed, interrupted and left without disk space; what
// it makes in the end is what it makes undisturbed, byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "tests/faults/process.h"
#include "tests/support/testing.h"

namespace artspeak::faults {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kSteps = 150;

// A data set of made-up sentences, and the folder the program works in.
class Finetune : public ::testing::Test {
 protected:
  Finetune() { MakeDataset(directory_.path()); }

  static void MakeDataset(const fs::path& directory) {
    constexpr const char* kWords[] = {"a painting ", "of the sea ",
                                      "hangs ",      "in a quiet room ",
                                      "and nobody ", "looks. "};
    base::RandomStream random(3);
    std::ofstream file(directory / "data.txt");
    for (int i = 0; i < 1500; ++i) file << kWords[random.Below(6)];
  }

  static std::vector<std::string> Command(const std::string& run_name,
                                          int64_t steps = kSteps) {
    return {"finetune",
            "data.txt",
            "--model",
            "new",
            "--layers",
            "2",
            "--width",
            "32",
            "--heads",
            "2",
            "--context",
            "32",
            "--vocab-size",
            "300",
            "--run-name",
            run_name,
            "--steps",
            std::to_string(steps),
            "--save-every",
            "7",
            "--validate-every",
            "20",
            "--sample-every",
            "50",
            "--print-every",
            "1",
            "--dropout",
            "0.1",
            "--accumulate-gradients",
            "2",
            "--clip-norm",
            "1",
            "--schedule",
            "cosine",
            "--warmup-steps",
            "5",
            "--learning-rate",
            "1e-3",
            "--threads",
            "1",
            "--yield-to",
            ""};  // whatever else the machine does
  }

  // The run that nothing disturbs; its seconds.
  double RunStraight() {
    const base::Stopwatch watch;
    Process process(directory_.path(), Command("straight"));
    EXPECT_EQ(process.Wait(), 0) << process.errors();
    return watch.seconds();
  }

  fs::path Run(const std::string& name) const {
    return directory_ / "runs" / name;
  }

  bool HasFinished(const std::string& name) const {
    std::error_code none;
    return fs::read_symlink(Run(name) / "latest", none) ==
           fs::path("checkpoints") / ("000" + std::to_string(kSteps));
  }

  void ExpectSameAsStraight(const fs::path& run) {
    for (const char* file :
         {"latest/state", "model/model.safetensors", "model/config.json",
          "best/model/model.safetensors", "model/merges.txt",
          "model/vocab.json", "samples/000150.txt"}) {
      EXPECT_TRUE(base::ReadFile(Run("straight") / file) ==
                  base::ReadFile(run / file))
          << file;
    }
    const std::string log = base::ReadFile(run / "log.jsonl");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), kSteps);
    for (const auto& entry : fs::directory_iterator(run / "checkpoints")) {
      EXPECT_TRUE(fs::equivalent(entry, run / "latest") ||
                  fs::equivalent(entry, run / "best"))
          << entry;
    }
    EXPECT_THAT(base::ReadFile(run / "report.html"), HasSubstr("</html>"));
  }

  testing::TempDir directory_;
};

TEST_F(Finetune, KilledAtRandomMomentsEndsAsIfNeverKilled) {
  const double seconds = RunStraight();
  std::random_device device;
  for (int i = 0; i < 12 && !HasFinished("killed"); ++i) {
    Process process(directory_.path(), Command("killed"));
    const double part = device() / 4294967296.0;
    process.WaitFor(
        std::chrono::milliseconds(static_cast<int>(part * seconds * 600)));
    process.Signal(SIGKILL);
    process.Wait();
  }
  if (!HasFinished("killed")) {
    Process process(directory_.path(), Command("killed"));
    EXPECT_EQ(process.Wait(), 0) << process.errors();
  }
  ExpectSameAsStraight(Run("killed"));
}

class FinetuneSignal : public Finetune,
                       public ::testing::WithParamInterface<int> {};

TEST_P(FinetuneSignal, SavesAndSaysHowToGoOn) {
  RunStraight();
  // The program may end before a signal comes: then it is just finished.
  for (int i = 0; i < 3 && !HasFinished("stopped"); ++i) {
    Process process(directory_.path(), Command("stopped"));
    ASSERT_TRUE(process.WaitForOutput("To do:")) << process.errors();
    process.Signal(GetParam());
    if (process.Wait() == 0) break;
    EXPECT_EQ(process.Wait(), 1);
    EXPECT_THAT(process.errors(), HasSubstr("the same command goes on"));
  }
  if (!HasFinished("stopped")) {
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

TEST_F(Finetune, AFullDiskWhileSavingLosesNothing) {
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
    Process process(place, Command("full"));
    EXPECT_EQ(process.Wait(), 1);
    EXPECT_THAT(process.errors(), HasSubstr("No space left on device"));
    EXPECT_THAT(process.errors(), HasSubstr("nothing that was saved is lost"));
  }
  {
    // What stands can be used.
    Process process(place, {"generate", "full", "--nsamples", "1", "--length",
                            "5", "--seed", "1"});
    EXPECT_EQ(process.Wait(), 0) << process.errors();
  }
  ASSERT_TRUE(small.Resize("20m"));
  Process process(place, Command("full"));
  EXPECT_EQ(process.Wait(), 0) << process.errors();
  ExpectSameAsStraight(place / "runs" / "full");
}

}  // namespace
}  // namespace artspeak::faults
