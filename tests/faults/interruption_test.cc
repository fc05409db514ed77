// `artspeak finetune` is ended at random moments of its life in every way that
// ends a program, and its terminal goes; what it makes in the end is what it
// makes undisturbed, byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>

#include "base/file.h"
#include "base/random.h"
#include "tests/faults/finetune_run.h"
#include "tests/faults/process.h"

namespace artspeak::faults {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// Of this run of the tests; ARTSPEAK_FAULTS_SEED repeats one.
uint64_t Seed() {
  const char* wanted = std::getenv("ARTSPEAK_FAULTS_SEED");
  const uint64_t seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10)
                                          : std::random_device()();
  std::cout << "To repeat: ARTSPEAK_FAULTS_SEED=" << seed << std::endl;
  return seed;
}

std::chrono::microseconds Microseconds(double seconds) {
  return std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
}

TEST_F(Finetune, EndedAtFiftyRandomMomentsIsTheSameRun) {
  constexpr int kMoments = 50;
  const double life = RunStraight();
  base::RandomStream random(Seed());
  const auto part = [&] {
    return static_cast<double>(random.Below(1'000'000)) / 1e6;
  };
  int moments = 0;
  for (int run = 0; moments < kMoments; ++run) {
    const std::string name = "run" + std::to_string(run);
    SCOPED_TRACE(name);
    bool ended = false;
    while (!ended && !HasFinished(Run(name))) {
      Process process(directory_.path(), Command(name));
      // Late enough for all that a life has, and its end.
      if (moments == kMoments || process.WaitFor(Microseconds(part() * life))) {
        EXPECT_EQ(process.Wait(), 0) << process.errors();
        ended = true;
        continue;
      }
      ++moments;
      constexpr int kSignals[] = {SIGKILL, SIGKILL, SIGINT, SIGTERM};
      const int signal = kSignals[random.Below(4)];
      process.Signal(signal);
      if (signal != SIGKILL && random.Below(3) == 0) {
        // While it saves.
        process.WaitFor(Microseconds(part() * 0.02));
        process.Signal(random.Below(2) == 0 ? SIGKILL : SIGINT);
      }
      // 0 when it had finished; and before it can take a signal, it ends by it.
      const int status = process.Wait();
      EXPECT_THAT(status,
                  AnyOf(0, 1, 128 + signal, 128 + SIGKILL, 128 + SIGINT));
      if (status == 1) {
        EXPECT_THAT(process.errors(), HasSubstr("artspeak: stopped "));
        EXPECT_THAT(process.errors(), HasSubstr("the same command "));
      }
      ended = status == 0;
    }
    if (ended) {
      ExpectSameAsStraight(Run(name));
    } else {  // killed between the last checkpoint and its end
      ExpectSameCheckpoint(Run(name));
    }
    if (HasFailure()) return;
    std::filesystem::remove_all(Run(name));
  }
}

TEST_F(Finetune, OutlivesItsTerminal) {
  RunStraight();
  {
    Process process(directory_.path(), Command("hung-up"), Process::kTerminal);
    ASSERT_TRUE(process.WaitForOutput("To do:"));
    process.CloseOutput();  // SIGHUP, and nowhere to write to
    process.Wait();
  }
  ExpectSameAsStraight(Run("hung-up"));
}

TEST_F(Finetune, OutlivesTheReaderOfItsOutput) {
  RunStraight();
  {
    Process process(directory_.path(), Command("unread"), Process::kOnePipe);
    ASSERT_TRUE(process.WaitForOutput("To do:"));
    process.CloseOutput();
    process.Wait();
  }
  ExpectSameAsStraight(Run("unread"));
}

TEST_F(Finetune, AHangUpAfterATerminationDoesNotHurryIt) {
  // What the end of a login session sends.
  Process process(directory_.path(), Command("stopped", 1'000'000));
  ASSERT_TRUE(process.WaitForOutput("To do:")) << process.errors();
  for (const int signal : {SIGTERM, SIGHUP, SIGTERM}) process.Signal(signal);
  EXPECT_EQ(process.Wait(), 1);
  EXPECT_THAT(process.errors(), HasSubstr("stopping as soon as all is saved"));
  EXPECT_THAT(process.errors(), HasSubstr("all of it saved in runs/stopped"));
}

TEST_F(Finetune, ADeadTrainerLocksNobodyOut) {
  {
    Process first(directory_.path(), Command("one", 1'000'000));
    ASSERT_TRUE(first.WaitForOutput("To do:")) << first.errors();
    first.Signal(SIGKILL);
    first.Wait();
  }
  Process second(directory_.path(), Command("one", 1'000'000));
  EXPECT_TRUE(second.WaitForOutput("To do:")) << second.errors();
}

}  // namespace
}  // namespace artspeak::faults
