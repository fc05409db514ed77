// A run that was stopped in any way goes on as if it never was: every byte of
// its parameters, moments and counters.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/full_disk.h"
#include "tests/support/training_run.h"

namespace artspeak::train {
namespace {

bool SameBytes(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

void ExpectSame(const Snapshot& a, const Snapshot& b) {
  EXPECT_TRUE(SameBytes(a.parameters.flat(), b.parameters.flat()));
  EXPECT_TRUE(SameBytes(a.state.moments.first, b.state.moments.first));
  EXPECT_TRUE(SameBytes(a.state.moments.second, b.state.moments.second));
  const QuantizedMoments& codes = a.state.moments.quantized;
  const QuantizedMoments& others = b.state.moments.quantized;
  EXPECT_TRUE(codes.first == others.first && codes.second == others.second);
  EXPECT_TRUE(SameBytes(codes.first_scales, others.first_scales));
  EXPECT_TRUE(SameBytes(codes.second_scales, others.second_scales));
  EXPECT_EQ(a.state.moments.updates, b.state.moments.updates);
  EXPECT_EQ(a.state.step, b.state.step);
  EXPECT_EQ(a.state.leg_begin, b.state.leg_begin);
  EXPECT_EQ(a.state.leg_end, b.state.leg_end);
  EXPECT_EQ(a.state.tokens, b.state.tokens);
  EXPECT_EQ(a.state.passes, b.state.passes);
  EXPECT_EQ(a.state.data_position, b.state.data_position);
  EXPECT_EQ(a.state.best_validation_loss, b.state.best_validation_loss);
  EXPECT_EQ(a.state.best_step, b.state.best_step);
  EXPECT_EQ(a.state.validations_since_best, b.state.validations_since_best);
  EXPECT_EQ(a.state.smoothed_loss, b.state.smoothed_loss);
}

// (step, loss, validation loss) of each line.
std::vector<std::string> LogOf(const TestRun& run) {
  std::istringstream stream(base::ReadFile(run.directory() / "log.jsonl"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    auto json = nlohmann::json::parse(line);
    for (const char* field :
         {"start", "seconds", "tokens_per_second", "peak_memory_bytes"}) {
      json.erase(field);
    }
    lines.push_back(json.dump());
  }
  return lines;
}

std::vector<std::string> TextsFor(const gpt2::Parameters&, uint64_t seed) {
  return {"text " + std::to_string(seed)};
}

// The bytes of the best model.
std::string BestOf(const TestRun& run) {
  return base::ReadFile(run.directory() / "best/model/model.safetensors");
}

class EveryKind : public ::testing::TestWithParam<OptimizerKind> {
 protected:
  EveryKind() {
    options_.optimizer.kind = GetParam();
    straight_.sampler = TextsFor;
    broken_.sampler = TextsFor;
    EXPECT_EQ(straight_.Train(options_), Ending::kFinished);
  }

  void ExpectSameRuns() {
    ExpectSame(straight_.Saved(), broken_.Saved());
    EXPECT_EQ(LogOf(straight_), LogOf(broken_));
    EXPECT_TRUE(BestOf(straight_) == BestOf(broken_));
    for (const char* name : {"000004.txt", "000020.txt"}) {
      EXPECT_EQ(base::ReadFile(straight_.directory() / "samples" / name),
                base::ReadFile(broken_.directory() / "samples" / name));
    }
  }

  TrainOptions options_ = LivelyOptions();
  TestRun straight_, broken_;
};

TEST_P(EveryKind, InterruptedAfterAnyStep) {
  for (const int64_t step : {1, 10, 14}) {
    ASSERT_EQ(broken_.TrainAndInterruptAfter(step, options_),
              Ending::kInterrupted);
    ASSERT_EQ(broken_.Saved().state.step, step);
  }
  EXPECT_EQ(broken_.Train(options_), Ending::kFinished);
  ExpectSameRuns();
}

TEST_P(EveryKind, CutOffBetweenTwoCheckpoints) {
  TrainOptions options = options_;
  options.save_every = 6;
  // What an exception leaves on the disk is what a kill leaves.
  broken_.callbacks.step = [](const StepReport& report) {
    if (report.step == 9) throw base::Error("cut off");
  };
  EXPECT_THROW(broken_.Train(options), base::Error);
  ASSERT_EQ(broken_.Saved().state.step, 6);
  EXPECT_EQ(LogOf(broken_).size(), 9u);
  broken_.callbacks = {};
  EXPECT_EQ(broken_.Train(options), Ending::kFinished);
  ExpectSameRuns();
}

INSTANTIATE_TEST_SUITE_P(, EveryKind,
                         ::testing::Values(OptimizerKind::kAdamW,
                                           OptimizerKind::kAdam,
                                           OptimizerKind::kSgd));

TEST(Resume, AStepInterruptedBeforeItsValidationGetsIt) {
  const TrainOptions options = LivelyOptions();
  TestRun straight, broken;
  straight.Train(options);
  broken.TrainAndInterruptAfter(9, options);
  {
    // Do what the trainer does when the interrupt comes during the validation
    // that is due at step 10: all but the validation.
    TrainOptions blind = options;
    blind.validate_every = 0;
    broken.TrainAndInterruptAfter(10, blind);
    RunFolder run(broken.directory());
    Snapshot saved{broken.Begin().parameters, run.LoadState()};
    saved.parameters = run.LoadParameters(saved.state);
    const auto line = nlohmann::json::parse(LogOf(broken).back());
    ASSERT_EQ(line["step"], 10);
    run.RollBack(9);
    saved.state.pending = PendingStep{line["loss"], line["learning_rate"], 1};
    run.Save(saved.parameters, broken.tokenizer, saved.state);
  }
  broken.Train(options);
  ExpectSame(straight.Saved(), broken.Saved());
  EXPECT_EQ(LogOf(straight), LogOf(broken));
}

TEST(Resume, Bfloat16GoesOnTheSame) {
  if (gpt2::FastestPrecision() != gpt2::Precision::kBf16) {
    GTEST_SKIP() << "this processor has no products of bfloat16 numbers";
  }
  TrainOptions options = LivelyOptions();
  TestRun fp32, straight, broken;
  fp32.Train(options);
  options.precision = gpt2::Precision::kBf16;
  straight.Train(options);
  broken.TrainAndInterruptAfter(7, options);
  EXPECT_EQ(broken.Saved().state.options.precision, gpt2::Precision::kBf16);
  broken.Train(options);
  ExpectSame(straight.Saved(), broken.Saved());
  EXPECT_EQ(LogOf(straight), LogOf(broken));
  EXPECT_NE(LogOf(straight), LogOf(fp32));
}

// With and without gradients that wait for other passes or for clipping.
TEST(Resume, LowMemoryGoesOnTheSame) {
  for (const bool waits : {true, false}) {
    TrainOptions options = LivelyOptions();
    options.memory = gpt2::Memory::kLow;
    if (!waits) {
      options.accumulate_gradients = 1;
      options.optimizer.clip_norm = 0;
    }
    TestRun straight, broken;
    straight.Train(options);
    for (const int64_t step : {1, 12}) {
      broken.TrainAndInterruptAfter(step, options);
      EXPECT_EQ(broken.Saved().state.step, step);
      EXPECT_EQ(broken.Saved().state.moments.form(), MomentForm::kInt8);
    }
    broken.Train(options);
    ExpectSame(straight.Saved(), broken.Saved());
    EXPECT_EQ(LogOf(straight), LogOf(broken));
  }
}

TEST(Resume, MemoryMayBeChosenAnew) {
  TrainOptions options = LivelyOptions();
  TestRun run;
  std::vector<std::string> notices;
  run.callbacks.notice = [&](const std::string& line) {
    notices.push_back(line);
  };
  run.TrainAndInterruptAfter(10, options);
  const Moments wide = run.Saved().state.moments;
  options.memory = gpt2::Memory::kLow;
  run.TrainAndInterruptAfter(11, options);
  EXPECT_EQ(notices,
            (std::vector<std::string>{"--memory is now low, it was roomy"}));
  const Moments narrow = run.Saved().state.moments;
  EXPECT_EQ(narrow.form(), MomentForm::kInt8);
  EXPECT_EQ(narrow.size(), wide.size());
  EXPECT_EQ(narrow.updates, 11);
  options.memory = gpt2::Memory::kRoomy;
  EXPECT_EQ(run.Train(options), Ending::kFinished);
  EXPECT_EQ(run.Saved().state.moments.form(), MomentForm::kFp32);
  EXPECT_EQ(run.Saved().state.moments.updates, 20);
}

TEST(Resume, EarlyStoppingCountsAcrossInterrupts) {
  TrainOptions options = LivelyOptions();
  options.steps = 100;
  options.validate_every = 2;
  options.early_stop = 3;
  TestRun straight, broken;
  // Held-out text of a token that training never shows soon gets worse.
  for (TestRun* run : {&straight, &broken}) {
    run->data.validation.assign(40, run->tokenizer.end_of_text());
  }
  ASSERT_EQ(straight.Train(options), Ending::kStoppedEarly);
  const int64_t end = straight.Saved().state.step;
  // Before the last two chances, and right before the very last.
  for (const int64_t step : {end - 4, end - 1}) {
    ASSERT_EQ(broken.TrainAndInterruptAfter(step, options),
              Ending::kInterrupted);
    ASSERT_GT(broken.Saved().state.validations_since_best, 0);
  }
  EXPECT_EQ(broken.Train(options), Ending::kStoppedEarly);
  ExpectSame(straight.Saved(), broken.Saved());
  EXPECT_TRUE(BestOf(straight) == BestOf(broken));
  EXPECT_NE(straight.Saved().state.best_step, end);
}

TEST(Resume, OtherDataHasABestOfItsOwn) {
  const TrainOptions options = LivelyOptions();
  TestRun run;
  run.Train(options);
  std::vector<double> losses;
  run.callbacks.step = [&](const StepReport& report) {
    if (report.validation_loss) losses.push_back(*report.validation_loss);
  };
  // Never seen, so its loss is far above the best of the text before.
  run.data.training.pop_back();
  run.data.validation.assign(40, run.tokenizer.end_of_text());
  run.Train(options);
  const TrainerState state = run.Saved().state;
  EXPECT_EQ(state.best_validation_loss,
            *std::min_element(losses.begin(), losses.end()));
  EXPECT_GT(state.best_step, 20);
}

TEST(Resume, AFinishedRunAddsItsSteps) {
  TrainOptions options = LivelyOptions();
  options.schedule = {.learning_rate = 1e-2};
  TestRun straight, twice;
  straight.Train(options);
  options.steps = 10;
  EXPECT_EQ(twice.Train(options), Ending::kFinished);
  EXPECT_EQ(twice.Saved().state.step, 10);
  EXPECT_EQ(twice.Train(options), Ending::kFinished);
  const Snapshot saved = twice.Saved();
  EXPECT_EQ(saved.state.step, 20);
  EXPECT_TRUE(
      SameBytes(straight.Saved().parameters.flat(), saved.parameters.flat()));
}

TEST(Resume, AnInterruptedRunFinishesTheStepsItWasGiven) {
  TrainOptions options = LivelyOptions();
  TestRun run;
  run.TrainAndInterruptAfter(12, options);
  options.steps = 11;
  EXPECT_THROW(run.Train(options), base::Error);
  EXPECT_EQ(run.Saved().state.step, 12);
  options.steps.reset();
  EXPECT_EQ(run.Train(options), Ending::kFinished);
  EXPECT_EQ(run.Saved().state.step, 20);
}

TEST(Resume, ChangedOptionsAndDataAreSaid) {
  TrainOptions options = LivelyOptions();
  TestRun run;
  run.TrainAndInterruptAfter(3, options);
  std::vector<std::string> notices;
  run.callbacks.notice = [&](const std::string& line) {
    notices.push_back(line);
  };
  options.schedule.learning_rate = 0.5;
  run.data.training.pop_back();
  run.Train(options);
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_EQ(notices[0], "--learning-rate is now 0.5, it was 0.01");
  EXPECT_NE(notices[1].find("data set"), std::string::npos);
}

TEST(Resume, TextShorterThanTheContextGoesOnTheSame) {
  const TrainOptions options = LivelyOptions();
  TestRun straight, broken;
  for (TestRun* run : {&straight, &broken}) run->data.training.resize(10);
  straight.Train(options);
  broken.TrainAndInterruptAfter(7, options);
  broken.Train(options);
  ExpectSame(straight.Saved(), broken.Saved());
  EXPECT_EQ(LogOf(straight), LogOf(broken));
}

TEST(Resume, ASampleThatWasInterruptedIsWrittenThen) {
  const TrainOptions options = LivelyOptions();
  TestRun straight, broken;
  straight.sampler = TextsFor;
  straight.Train(options);
  std::stop_source source;
  broken.sampler = [&](const gpt2::Parameters&, uint64_t) {
    source.request_stop();
    return std::vector<std::string>{"a cut-off te"};
  };
  ASSERT_EQ(broken.Train(options, source.get_token()), Ending::kInterrupted);
  EXPECT_TRUE(broken.Saved().state.pending);
  EXPECT_EQ(LogOf(broken).size(), 3u);
  broken.sampler = TextsFor;
  broken.Train(options);
  ExpectSame(straight.Saved(), broken.Saved());
  EXPECT_EQ(LogOf(straight), LogOf(broken));
  for (const char* name : {"000004.txt", "000020.txt"}) {
    EXPECT_EQ(base::ReadFile(straight.directory() / "samples" / name),
              base::ReadFile(broken.directory() / "samples" / name));
  }
}

TEST(Resume, AStepWhoseLogCannotBeWrittenIsSavedAndLoggedThen) {
  const TrainOptions options = LivelyOptions();
  TestRun straight, broken;
  straight.sampler = broken.sampler = TextsFor;
  straight.Train(options);
  // At a validation that is the best so far; nothing was saved since the
  // first.
  const std::filesystem::path log = broken.directory() / "log.jsonl";
  const std::filesystem::path aside = broken.directory() / "aside";
  broken.callbacks.step = [&](const StepReport& report) {
    if (report.step != 4) return;
    std::filesystem::rename(log, aside);
    std::filesystem::create_directory(log);
  };
  EXPECT_THROW(broken.Train(options), base::Error);
  broken.callbacks = {};
  EXPECT_EQ(broken.Saved().state.step, 5);
  std::filesystem::remove(log);
  std::filesystem::rename(aside, log);
  broken.Train(options);
  ExpectSame(straight.Saved(), broken.Saved());
  EXPECT_EQ(LogOf(straight), LogOf(broken));
  EXPECT_TRUE(BestOf(straight) == BestOf(broken));
}

TEST(Resume, ADiskThatFillsWhileSavingLosesNothing) {
  TrainOptions options = LivelyOptions();
  options.print_every = 0;
  TestRun straight, full;
  straight.Train(options);
  full.TrainAndInterruptAfter(8, options);
  const Snapshot before = full.Saved();
  const std::string best = BestOf(full);
  // The tokenizer's and the model's files fit less and less.
  for (const rlim_t bytes : {20000, 4000, 100}) {
    {
      const testing::FullDisk limit(bytes);
      EXPECT_THROW(full.Train(options), base::Error) << bytes;
    }
    ExpectSame(full.Saved(), before);
    std::set<std::string> checkpoints;
    for (const auto& entry : std::filesystem::directory_iterator(
             full.directory() / "checkpoints")) {
      checkpoints.insert(entry.path().filename());
    }
    EXPECT_EQ(checkpoints, (std::set<std::string>{"000005", "000008"}));
    EXPECT_TRUE(BestOf(full) == best);
  }
  EXPECT_EQ(full.Train(options), Ending::kFinished);
  ExpectSame(straight.Saved(), full.Saved());
}

}  // namespace
}  // namespace artspeak::train
