// `artspeak finetune` pauses while another process of the machine holds the
// file it yields to, and makes in the end what it makes undisturbed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/busy_file.h"
#include "base/file.h"
#include "base/random.h"
#include "tests/faults/process.h"
#include "tests/support/testing.h"

namespace artspeak::faults {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kSteps = 20;
// More than a moment's work, so that a visitor comes in the middle.
constexpr int kManySteps = 600;

class Yield : public ::testing::Test {
 protected:
  Yield() : visitor_(directory_ / "busy") {
    constexpr const char* kWords[] = {"a quiet ", "room ", "with a painting ",
                                      "of the sea. "};
    base::RandomStream random(5);
    std::ofstream file(directory_ / "data.txt");
    for (int i = 0; i < 800; ++i) file << kWords[random.Below(4)];
  }

  // Two threads, so that one may wait while the other has work.
  static std::vector<std::string> Command(const std::string& run_name,
                                          int steps = kSteps) {
    const std::string all_steps = std::to_string(steps);
    return {"finetune",   "data.txt", "--model",          "new",
            "--layers",   "2",        "--width",          "32",
            "--heads",    "2",        "--context",        "32",
            "--threads",  "2",        "--vocab-size",     "300",
            "--steps",    all_steps,  "--print-every",    "1",
            "--dropout",  "0.1",      "--validate-every", "20",
            "--run-name", run_name,   "--sample-every",   "0",
            "--yield-to", "busy"};
  }

  // What it has told so far on standard error.
  std::string Errors() const {
    return base::ReadFile(directory_ / "stderr.txt");
  }

  int LogLines(const std::string& run_name) const {
    const fs::path log = directory_ / "runs" / run_name / "log.jsonl";
    if (!fs::exists(log)) return 0;
    const std::string lines = base::ReadFile(log);
    return static_cast<int>(std::count(lines.begin(), lines.end(), '\n'));
  }

  // False when the process ended without.
  template <typename Condition>
  static bool WaitUntil(Process& process, const Condition& condition) {
    while (!condition()) {
      if (process.WaitFor(std::chrono::milliseconds(5))) return condition();
    }
    return true;
  }

  bool WaitForPause(Process& process) {
    return WaitUntil(process, [this] {
      return Errors().find("paused for a visitor") != std::string::npos;
    });
  }

  testing::TempDir directory_;
  base::BusyFile visitor_;
};

TEST_F(Yield, PausesBetweenStepsAndGoesOnToTheSameModel) {
  {
    Process undisturbed(directory_.path(), Command("undisturbed", kManySteps));
    ASSERT_EQ(undisturbed.Wait(), 0) << undisturbed.errors();
    EXPECT_THAT(undisturbed.errors(), Not(HasSubstr("paused")));
  }
  Process process(directory_.path(), Command("disturbed", kManySteps));
  ASSERT_TRUE(WaitUntil(process, [&] { return LogLines("disturbed") >= 3; }))
      << process.errors();
  visitor_.Hold();
  ASSERT_TRUE(WaitForPause(process)) << process.errors();
  const int lines = LogLines("disturbed");
  EXPECT_LT(lines, kManySteps);
  EXPECT_FALSE(process.WaitFor(std::chrono::milliseconds(700)));
  EXPECT_EQ(LogLines("disturbed"), lines);
  visitor_.Release();
  EXPECT_EQ(process.Wait(), 0) << process.errors();
  for (const char* file : {"latest/state", "model/model.safetensors"}) {
    EXPECT_TRUE(base::ReadFile(directory_ / "runs/undisturbed" / file) ==
                base::ReadFile(directory_ / "runs/disturbed" / file))
        << file;
  }
}

TEST_F(Yield, BeginsNoStepWhileAVisitorWaits) {
  visitor_.Hold();
  Process process(directory_.path(), Command("late"));
  ASSERT_TRUE(WaitForPause(process)) << process.errors();
  EXPECT_FALSE(process.WaitFor(std::chrono::milliseconds(300)));
  EXPECT_EQ(LogLines("late"), 0);
  visitor_.Release();
  EXPECT_EQ(process.Wait(), 0) << process.errors();
  EXPECT_EQ(LogLines("late"), kSteps);
}

TEST_F(Yield, AnInterruptEndsAPauseAndSaves) {
  for (const int signal : {SIGINT, SIGTERM}) {
    visitor_.Release();
    const std::string run_name = "stopped" + std::to_string(signal);
    Process process(directory_.path(), Command(run_name, 20'000));
    ASSERT_TRUE(WaitUntil(process, [&] { return LogLines(run_name) >= 3; }))
        << process.errors();
    visitor_.Hold();
    ASSERT_TRUE(WaitForPause(process)) << process.errors();
    process.Signal(signal);
    EXPECT_EQ(process.Wait(), 1);
    EXPECT_THAT(process.errors(), HasSubstr("the same command goes on"));
  }
}

TEST_F(Yield, SaysOnceThatItCannotTellAndTrains) {
  std::vector<std::string> command = Command("alone");
  command.back() = "missing/busy";
  Process process(directory_.path(), command);
  EXPECT_EQ(process.Wait(), 0) << process.errors();
  const std::string output = process.output();
  const std::string words = "does not pause for visitors";
  const size_t at = output.find(words);
  ASSERT_NE(at, std::string::npos) << output;
  EXPECT_EQ(output.find(words, at + 1), std::string::npos) << output;
}

TEST_F(Yield, YieldsToNobodyWhereToldSo) {
  visitor_.Hold();
  std::vector<std::string> command = Command("proud");
  command.back() = "";
  Process process(directory_.path(), command);
  EXPECT_EQ(process.Wait(), 0) << process.errors();
  EXPECT_EQ(LogLines("proud"), kSteps);
}

}  // namespace
}  // namespace artspeak::faults
