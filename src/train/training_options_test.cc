// What an option of a training does to the model: that it reaches the step, and
// the step alone. tests/parity compares whole trainings with PyTorch's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/training_run.h"

namespace artspeak::train {
namespace {

bool Same(const Snapshot& a, const Snapshot& b) {
  return std::ranges::equal(a.parameters.flat(), b.parameters.flat());
}

TEST(TrainingOptions, WeightDecayShrinksMatricesAlone) {
  for (const OptimizerKind kind :
       {OptimizerKind::kAdamW, OptimizerKind::kSgd}) {
    TestRun run;
    TrainOptions options;
    options.steps = 1;
    options.optimizer.kind = kind;
    // A rate so small that the gradient moves nothing, and a decay that then
    // takes a tenth of a weight.
    options.schedule.learning_rate = 1e-7;
    options.optimizer.weight_decay = 1e6;
    run.Train(options);
    const Snapshot before = run.Begin(), after = run.Saved();
    for (const auto& tensor : before.parameters.tensors()) {
      const auto old_values = before.parameters.values(tensor);
      const auto new_values = after.parameters.values(tensor);
      const float kept = tensor.shape.size() == 2 ? 0.9f : 1.0f;
      for (size_t i = 0; i < old_values.size(); ++i) {
        ASSERT_NEAR(new_values[i], kept * old_values[i], 1e-6) << tensor.name;
      }
    }
  }
}

TEST(TrainingOptions, TheScheduleSpansTheStepsThatWereAskedFor) {
  TestRun run;
  TrainOptions options;
  options.steps = 8;
  options.schedule = {.kind = ScheduleKind::kCosine,
                      .learning_rate = 1e-2,
                      .minimum = 1e-3,
                      .warmup_steps = 3};
  std::vector<double> rates;
  run.callbacks.step = [&](const StepReport& report) {
    rates.push_back(report.learning_rate);
  };
  std::vector<double> expected;
  for (int step = 1; step <= 8; ++step) {
    expected.push_back(LearningRate(options.schedule, step, 8));
  }
  run.TrainAndInterruptAfter(5, options);
  run.Train(options);
  // The interrupted start had a watcher of its own.
  EXPECT_EQ(rates, std::vector<double>(expected.begin() + 5, expected.end()));
  // Asked for more, it rises and falls anew.
  rates.clear();
  run.Train(options);
  EXPECT_EQ(rates, expected);
}

TEST(TrainingOptions, ClippingIsOfTheMeanOverAllBatches) {
  // Whatever the gradient, a step of SGD has the length of the limit.
  TestRun run;
  TrainOptions options;
  options.steps = 1;
  options.batch_size = 2;
  options.accumulate_gradients = 3;
  options.optimizer.kind = OptimizerKind::kSgd;
  options.optimizer.clip_norm = 1e-3;
  options.schedule.learning_rate = 1;
  run.Train(options);
  const Snapshot before = run.Begin(), after = run.Saved();
  double square = 0;
  for (size_t i = 0; i < before.parameters.flat().size(); ++i) {
    square +=
        std::pow(after.parameters.flat()[i] - before.parameters.flat()[i], 2);
  }
  EXPECT_NEAR(std::sqrt(square), 1e-3, 1e-5);
}

TEST(TrainingOptions, AnotherSeedDrawsOtherWindows) {
  TrainOptions options;
  options.steps = 1;
  TestRun a, again, b;
  a.Train(options);
  again.Train(options);
  options.seed = 1;
  b.Train(options);
  EXPECT_TRUE(Same(a.Saved(), again.Saved()));
  EXPECT_FALSE(Same(a.Saved(), b.Saved()));
}

}  // namespace
}  // namespace artspeak::train
