#include <gtest/gtest.h>

#include <vector>

#include "tests/support/training_run.h"
#include "train/trainer.h"

namespace artspeak::train {
namespace {

TEST(TrainerPause, IsNotCountedAsSlowTraining) {
  TestRun run;
  // Every step seems to take 1000 seconds more than it does, since so much is
  // taken off again from what was never added.
  double paused = 0;
  run.seconds_paused = [&] { return paused -= 1000; };
  std::vector<double> rates;
  run.callbacks.step = [&](const StepReport& report) {
    rates.push_back(report.tokens_per_second);
  };
  TrainOptions options;
  options.steps = 3;
  run.Train(options);
  ASSERT_EQ(rates.size(), 3u);
  for (const double rate : rates) {
    EXPECT_LE(rate, 16 / 1000.0);
    EXPECT_GT(rate, 16 / 2000.0);
  }
}

}  // namespace
}  // namespace artspeak::train
