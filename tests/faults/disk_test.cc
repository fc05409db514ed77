// The disk under `artspeak finetune` is full, broken, or loses its power at
// every operation in turn. disk_shim.cc, preloaded into the program, does that:
//
//   DISK_TRACE=FILE   every operation, a line each
//   DISK_AT=N         from the N-th operation on
//   DISK_THEN=die     the program is killed before it
//   DISK_THEN=full    nothing more can be written
//   DISK_THEN=break   that one fails, as on a broken disk
//   DISK_IMAGE=DIR    with die: what is left in the present folder after a
//   power
//                     cut, where only what was synced is sure
//   DISK_NAMES=SEED   which folders have also written names that were not
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

#include "base/file.h"
#include "tests/faults/finetune_run.h"
#include "tests/faults/process.h"

namespace artspeak::faults {
namespace {

namespace fs = std::filesystem;
using ::testing::StartsWith;

class DiskFault : public Finetune {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer has to be loaded first";
#endif
    RunStraight(ShortCommand("straight"));
    Process process(
        Place("trace"), ShortCommand("run"), Process::kPipe,
        With({"DISK_TRACE=" + (directory_ / "trace.txt").string()}));
    ASSERT_EQ(process.Wait(), 0) << process.errors();
    std::istringstream trace(base::ReadFile(directory_ / "trace.txt"));
    for (std::string line; std::getline(trace, line);) {
      operations_.push_back(line);
    }
    ASSERT_GT(operations_.size(), 100u);
  }

  // A folder with the data set in it.
  fs::path Place(const std::string& name) const {
    fs::create_directory(directory_ / name);
    MakeDataset(directory_ / name);
    return directory_ / name;
  }

  static std::vector<std::string> With(std::vector<std::string> environment) {
    environment.push_back("LD_PRELOAD=" ARTSPEAK_DISK_SHIM);
    return environment;
  }

  // The last operation of each kind on each file: where the disk can fail.
  std::map<std::string, size_t> Places() const {
    std::map<std::string, size_t> places;
    for (size_t i = 0; i < operations_.size(); ++i) {
      places[std::regex_replace(operations_[i], std::regex("[0-9]+"), "N")] =
          i + 1;
    }
    return places;
  }

  // What is in the folder goes on to what it would have been.
  void ExpectGoesOn(const fs::path& place) {
    {
      Process process(place, ShortCommand("run"));
      EXPECT_EQ(process.Wait(), 0) << process.errors();
    }
    if (!HasFailure()) ExpectSameAsStraight(place / "runs/run");
  }

  void FailAtEveryPlace(const std::string& how) {
    for (const auto& [what, at] : Places()) {
      SCOPED_TRACE(how + " at " + what);
      const fs::path place = Place("place");
      {
        Process process(
            place, ShortCommand("run"), Process::kPipe,
            With({"DISK_AT=" + std::to_string(at), "DISK_THEN=" + how}));
        // The last of all may be a report, which can be done without.
        if (process.Wait() != 0) {
          EXPECT_EQ(process.Wait(), 1);
          EXPECT_THAT(process.errors(), ::testing::HasSubstr("artspeak: "));
          EXPECT_THAT(process.errors(),
                      ::testing::Not(::testing::HasSubstr("terminate")));
        } else {
          ExpectSameAsStraight(place / "runs/run");
        }
      }
      if (!HasFinished(place / "runs/run")) ExpectGoesOn(place);
      if (HasFailure()) return;
      fs::remove_all(place);
    }
  }

  std::vector<std::string> operations_;
};

TEST_F(DiskFault, AFullDiskAtAnyWriteLosesNothing) { FailAtEveryPlace("full"); }

TEST_F(DiskFault, ABrokenDiskAtAnyOperationLosesNothing) {
  FailAtEveryPlace("break");
}

TEST_F(DiskFault, AProgramKilledBeforeAnyOperationGoesOn) {
  for (const auto& [what, at] : Places()) {
    SCOPED_TRACE("killed before " + what);
    const fs::path place = Place("place");
    Process(place, ShortCommand("run"), Process::kPipe,
            With({"DISK_AT=" + std::to_string(at), "DISK_THEN=die"}))
        .Wait();
    if (!HasFinished(place / "runs/run")) ExpectGoesOn(place);
    if (HasFailure()) return;
    fs::remove_all(place);
  }
}

TEST_F(DiskFault, APowerCutBeforeAnyOperationGoesOn) {
  for (size_t at = 1; at <= operations_.size(); at += 3) {
    SCOPED_TRACE("power cut before operation " + std::to_string(at) + ", " +
                 operations_[at - 1]);
    const fs::path place = Place("place");
    const fs::path image = directory_ / "image";
    Process(place, ShortCommand("run"), Process::kPipe,
            With({"DISK_AT=" + std::to_string(at), "DISK_THEN=die",
                  "DISK_IMAGE=" + image.string(),
                  "DISK_NAMES=" + std::to_string(at)}))
        .Wait();
    ASSERT_TRUE(fs::exists(image / "data.txt"));
    if (!HasFinished(image / "runs/run")) ExpectGoesOn(image);
    if (HasFailure()) return;
    fs::remove_all(place);
    fs::remove_all(image);
  }
}

}  // namespace
}  // namespace artspeak::faults
