#include "train/schedule.h"

#include <gtest/gtest.h>

namespace artspeak::train {
namespace {

TEST(Schedule, ConstantStaysAfterTheWarmUp) {
  const ScheduleOptions options{.learning_rate = 2, .warmup_steps = 4};
  EXPECT_DOUBLE_EQ(LearningRate(options, 1, 10), 0.5);
  EXPECT_DOUBLE_EQ(LearningRate(options, 4, 10), 2);
  EXPECT_DOUBLE_EQ(LearningRate(options, 5, 10), 2);
  EXPECT_DOUBLE_EQ(LearningRate(options, 10, 10), 2);
}

TEST(Schedule, CosineFallsFromTheWarmUpToTheMinimumAtTheLastStep) {
  const ScheduleOptions options{.kind = ScheduleKind::kCosine,
                                .learning_rate = 3,
                                .minimum = 1,
                                .warmup_steps = 10};
  EXPECT_DOUBLE_EQ(LearningRate(options, 5, 110), 1.5);
  EXPECT_DOUBLE_EQ(LearningRate(options, 10, 110), 3);
  EXPECT_NEAR(LearningRate(options, 60, 110), 2, 1e-12);
  EXPECT_NEAR(LearningRate(options, 110, 110), 1, 1e-12);
  for (int step = 11; step <= 110; ++step) {
    EXPECT_LT(LearningRate(options, step, 110),
              LearningRate(options, step - 1, 110));
  }
}

TEST(Schedule, AWarmUpLongerThanTheRunOnlyRises) {
  const ScheduleOptions options{
      .kind = ScheduleKind::kCosine, .learning_rate = 1, .warmup_steps = 100};
  EXPECT_DOUBLE_EQ(LearningRate(options, 50, 50), 0.5);
}

}  // namespace
}  // namespace artspeak::train
