// Whole trainings with --lora.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "tests/support/training_run.h"

namespace artspeak::train {
namespace {

TrainOptions LivelyLora() {
  TrainOptions options = LivelyOptions();
  options.lora = 4;
  return options;
}

bool SameBytes(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

void ExpectSame(const Snapshot& a, const Snapshot& b) {
  EXPECT_TRUE(SameBytes(a.parameters.flat(), b.parameters.flat()));
  EXPECT_TRUE(SameBytes(a.state.adapters, b.state.adapters));
  EXPECT_TRUE(SameBytes(a.state.moments.first, b.state.moments.first));
  EXPECT_TRUE(SameBytes(a.state.moments.second, b.state.moments.second));
  EXPECT_EQ(a.state.moments.updates, b.state.moments.updates);
  EXPECT_EQ(a.state.smoothed_loss, b.state.smoothed_loss);
  EXPECT_EQ(a.state.best_validation_loss, b.state.best_validation_loss);
}

TEST(LoraTraining, LowersTheLossAndLeavesTheRestAlone) {
  TestRun run;
  TrainOptions options = LivelyLora();
  options.steps = 100;
  options.dropout = 0;
  options.schedule = {.learning_rate = 2e-2};
  std::vector<double> losses;
  run.callbacks.step = [&](const StepReport& report) {
    losses.push_back(report.smoothed_loss);
  };
  Snapshot before = run.Begin();
  // Embeddings as large as a trained model's, with which more can be said.
  for (float& value :
       before.parameters.values(before.parameters.tensors()[0])) {
    value *= 25;
  }
  {
    RunFolder folder(run.directory());
    run.TrainFrom(folder, before, options);
  }
  EXPECT_LT(losses.back(), losses.front() - 1);
  const Snapshot after = run.Saved();
  for (const auto& tensor : before.parameters.tensors()) {
    const bool adapted =
        tensor.name.starts_with("h.") && tensor.shape.size() == 2;
    EXPECT_EQ(SameBytes(before.parameters.values(tensor),
                        after.parameters.values(tensor)),
              !adapted)
        << tensor.name;
  }
}

class EveryKindOfLora : public ::testing::TestWithParam<OptimizerKind> {};

TEST_P(EveryKindOfLora, GoesOnBitForBit) {
  TrainOptions options = LivelyLora();
  options.optimizer.kind = GetParam();
  TestRun straight, broken;
  EXPECT_EQ(straight.Train(options), Ending::kFinished);
  for (const int64_t step : {1, 10, 14}) {
    ASSERT_EQ(broken.TrainAndInterruptAfter(step, options),
              Ending::kInterrupted);
  }
  EXPECT_EQ(broken.Train(options), Ending::kFinished);
  const Snapshot saved = straight.Saved();
  ExpectSame(saved, broken.Saved());
  EXPECT_EQ(saved.state.adapters.size(), 16u * 16 * 4 * 2);  // 16 C · rank · L
  EXPECT_EQ(saved.state.options.lora, 4);
  // Asked for more, both go on from there.
  straight.Train(options);
  broken.TrainAndInterruptAfter(23, options);
  broken.Train(options);
  ExpectSame(straight.Saved(), broken.Saved());
}

INSTANTIATE_TEST_SUITE_P(, EveryKindOfLora,
                         ::testing::Values(OptimizerKind::kAdamW,
                                           OptimizerKind::kAdam,
                                           OptimizerKind::kSgd));

TEST(LoraTraining, IsTheSameInLowMemory) {
  TrainOptions options = LivelyLora();
  TestRun roomy, low;
  roomy.Train(options);
  options.memory = gpt2::Memory::kLow;
  low.TrainAndInterruptAfter(7, options);
  low.Train(options);
  ExpectSame(roomy.Saved(), low.Saved());
}

TEST(LoraTraining, ARunKeepsItsRank) {
  TrainOptions options = LivelyLora();
  const auto fault = [&](TestRun& run) -> std::string {
    try {
      run.Train(options);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "none";
  };
  TestRun lora, whole;
  lora.TrainAndInterruptAfter(3, options);
  options.lora = 0;
  EXPECT_NE(fault(lora).find("begun with --lora 4"), std::string::npos);
  options.lora = 5;
  EXPECT_NE(fault(lora).find("begun with --lora 4"), std::string::npos);
  EXPECT_EQ(lora.Saved().state.step, 3);
  options.lora = 0;
  whole.TrainAndInterruptAfter(3, options);
  options.lora = 4;
  EXPECT_NE(fault(whole).find("begun without --lora"), std::string::npos);
}

}  // namespace
}  // namespace artspeak::train
