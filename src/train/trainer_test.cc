#include "train/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/model_directory.h"
#include "tests/support/training_run.h"

namespace artspeak::train {
namespace {

TEST(Trainer, LearnsARepeatingTextByHeart) {
  TestRun run;
  const std::vector<int32_t> phrase = run.tokenizer.Encode("the quick fox. ");
  run.data = {};
  for (int i = 0; i < 20; ++i) {
    run.data.training.insert(run.data.training.end(), phrase.begin(),
                             phrase.end());
  }
  run.data.validation = run.data.training;
  TrainOptions options;
  options.steps = 150;
  options.batch_size = 4;
  options.schedule.learning_rate = 1e-2;
  options.validate_every = 150;
  EXPECT_EQ(run.Train(options), Ending::kFinished);
  // Only the first token of a window has to be guessed from nothing: of 16,
  // one of about 2 nats.
  EXPECT_LT(*run.Saved().state.best_validation_loss, 0.2);
}

TEST(Trainer, ReportsEveryStepAndItsValidation) {
  TestRun run;
  std::vector<StepReport> reports;
  run.callbacks.step = [&](const StepReport& report) {
    reports.push_back(report);
  };
  TrainOptions options;
  options.steps = 5;
  options.validate_every = 2;
  options.schedule.learning_rate = 1e-3;
  run.Train(options);
  ASSERT_EQ(reports.size(), 5u);
  EXPECT_FALSE(reports[0].validation_loss);
  for (int i = 1; i < 5; ++i) EXPECT_TRUE(reports[i].validation_loss) << i;
  EXPECT_EQ(reports[1].validation_loss, reports[2].validation_loss);
  EXPECT_NE(reports[3].validation_loss, reports[4].validation_loss);
  for (const StepReport& report : reports) {
    EXPECT_EQ(report.last_step, 5);
    EXPECT_EQ(report.learning_rate, 1e-3);
    // A new model knows nothing: the entropy of a uniform guess.
    EXPECT_NEAR(report.loss, std::log(run.config.vocab_size), 0.5);
  }
}

TEST(Trainer, LogsTheOriginalityOfSamplesWhereThereAreAny) {
  TestRun run;
  corpus::PassageIndexBuilder passages;
  passages.Add("the quick brown fox jumps over the lazy dog");
  run.passages = passages.Finish();
  run.human_originality = {.longest_copy = 2.5, .copied_share = 0};
  run.sampler = [](const gpt2::Parameters&, uint64_t) {
    return std::vector<std::string>{
        "see: the quick brown fox jumps over the lazy cat and so on",
        "quick brown dog"};
  };
  TrainOptions options;
  options.steps = 6;
  options.validate_every = options.print_every = 0;
  options.sample_every = 3;
  run.Train(options);
  const std::string log = base::ReadFile(run.directory() / "log.jsonl");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2);
  for (const char* field :
       {"\"step\":3,", "\"step\":6,", "\"longest_copy\":5.0,",
        "\"copied_share\":0.5,", "\"human_longest_copy\":2.5,",
        "\"human_copied_share\":0.0}"}) {
    EXPECT_NE(log.find(field), std::string::npos) << field << log;
  }
}

TEST(Trainer, WhatAPromptSaysIsNoCopy) {
  TestRun run;
  corpus::PassageIndexBuilder passages;
  passages.Add("the quick brown fox jumps over the lazy dog");
  run.passages = passages.Finish();
  run.sampler = [](const gpt2::Parameters&, uint64_t) {
    return std::vector<std::string>{"the quick brown fox jumps high",
                                    "over the lazy dog it goes"};
  };
  TrainOptions options;
  options.steps = 1;
  options.sample_every = 1;
  options.sample_prompts = {"the quick brown fox", "over the"};
  run.Train(options);
  // "jumps" of one, "lazy dog" of the other.
  EXPECT_NE(base::ReadFile(run.directory() / "log.jsonl")
                .find("\"longest_copy\":1.5,"),
            std::string::npos);
}

TEST(Trainer, AccumulationIsTheMeanOfTheBatches) {
  TrainOptions options;
  options.steps = 3;
  options.optimizer.kind = OptimizerKind::kSgd;
  options.schedule.learning_rate = 0.1;
  TestRun at_once, in_turns;
  options.batch_size = 4;
  at_once.Train(options);
  options.batch_size = 1;
  options.accumulate_gradients = 4;
  in_turns.Train(options);
  const Snapshot a = at_once.Saved(), b = in_turns.Saved();
  EXPECT_EQ(a.state.tokens, b.state.tokens);
  for (size_t i = 0; i < a.parameters.flat().size(); ++i) {
    // The same windows in another order of additions: steps of order 0.1,
    // rounded some ten times to 2^-24.
    ASSERT_NEAR(a.parameters.flat()[i], b.parameters.flat()[i], 1e-6) << i;
  }
}

TEST(Trainer, OnlyTransformerLayersMayChange) {
  for (const gpt2::Memory memory : {gpt2::Memory::kRoomy, gpt2::Memory::kLow}) {
    TestRun run;
    TrainOptions options = LivelyOptions();
    options.memory = memory;
    options.only_train_transformer_layers = true;
    run.Train(options);
    const Snapshot before = run.Begin(), after = run.Saved();
    for (const auto& tensor : before.parameters.tensors()) {
      const auto old_values = before.parameters.values(tensor);
      const auto new_values = after.parameters.values(tensor);
      const bool same =
          std::equal(old_values.begin(), old_values.end(), new_values.begin());
      EXPECT_EQ(same, !tensor.name.starts_with("h.")) << tensor.name;
    }
  }
}

// The numbers of a model that was trained in one way and the other.
std::pair<std::vector<float>, std::vector<float>> RoomyAndLow(
    TrainOptions options) {
  const auto train = [&](gpt2::Memory memory) {
    TestRun run;
    options.memory = memory;
    run.Train(options);
    const Snapshot saved = run.Saved();
    const auto flat = saved.parameters.flat();
    return std::vector<float>(flat.begin(), flat.end());
  };
  return {train(gpt2::Memory::kRoomy), train(gpt2::Memory::kLow)};
}

TEST(Trainer, LowMemoryIsTheSameTrainingWhereNothingIsRounded) {
  TrainOptions options = LivelyOptions();
  options.optimizer.kind = OptimizerKind::kSgd;
  options.optimizer.clip_norm = 0;
  options.accumulate_gradients = 1;
  const auto [roomy, low] = RoomyAndLow(options);
  EXPECT_TRUE(roomy == low);
}

TEST(Trainer, LowMemoryRoundsGradientsThatWait) {
  TrainOptions options = LivelyOptions();
  options.optimizer.kind = OptimizerKind::kSgd;
  options.optimizer.weight_decay = 0;
  options.schedule = {.learning_rate = 0.1};
  options.steps = 1;
  TestRun run;
  const Snapshot before = run.Begin();
  for (const int passes : {1, 4}) {
    options.accumulate_gradients = passes;
    for (const double clip_norm : {0.0, 1e-3, 1e3}) {
      options.optimizer.clip_norm = clip_norm;
      const auto [roomy, low] = RoomyAndLow(options);
      double distance = 0, difference = 0;
      for (size_t i = 0; i < roomy.size(); ++i) {
        distance += std::pow(roomy[i] - before.parameters.flat()[i], 2);
        difference += std::pow(roomy[i] - low[i], 2);
      }
      // A sum rounded to 2^-9 of itself once for each pass that it waits for.
      EXPECT_GT(distance, 0);
      EXPECT_LT(std::sqrt(difference / distance), passes / 512.0)
          << passes << " " << clip_norm;
      EXPECT_EQ(difference == 0, passes == 1 && clip_norm == 0);
    }
  }
}

TEST(Trainer, LowMemoryLearnsAsMuch) {
  const auto loss_after = [](gpt2::Memory memory) {
    TestRun run;
    TrainOptions options;
    options.steps = 100;
    options.batch_size = 2;
    options.schedule.learning_rate = 3e-3;
    options.memory = memory;
    run.Train(options);
    return *run.Saved().state.smoothed_loss;
  };
  // From 5.6; two seeds differ by about as much.
  EXPECT_NEAR(loss_after(gpt2::Memory::kLow), loss_after(gpt2::Memory::kRoomy),
              0.05);
}

TEST(Trainer, StopsEarlyWhenHeldOutTextGetsWorse) {
  TestRun run;
  // Held-out text of a token that training never shows: soon it can only get
  // worse.
  run.data.validation.assign(40, run.tokenizer.end_of_text());
  TrainOptions options;
  options.steps = 100;
  options.schedule.learning_rate = 1e-2;
  options.validate_every = 2;
  options.early_stop = 3;
  double best = std::numeric_limits<double>::infinity();
  int64_t best_step = 0;
  run.callbacks.step = [&](const StepReport& report) {
    if (report.validation_loss && *report.validation_loss < best) {
      best = *report.validation_loss;
      best_step = report.step;
    }
  };
  EXPECT_EQ(run.Train(options), Ending::kStoppedEarly);
  const TrainerState state = run.Saved().state;
  EXPECT_EQ(state.step, best_step + 3 * options.validate_every);
  EXPECT_EQ(state.leg_end, state.step);
  EXPECT_EQ(state.best_validation_loss, best);
  EXPECT_EQ(state.best_step, best_step);
  // Asked for more, it has three more chances.
  EXPECT_EQ(run.Train(options), Ending::kStoppedEarly);
  EXPECT_GE(run.Saved().state.step, state.step + 3 * options.validate_every);
}

TEST(Trainer, SamplesAreWrittenAndAlwaysDrawnAlike) {
  TestRun run;
  std::vector<uint64_t> seeds;
  run.sampler = [&](const gpt2::Parameters&, uint64_t seed) {
    seeds.push_back(seed);
    return std::vector<std::string>{"one", "two\n"};
  };
  TrainOptions options;
  options.steps = 6;
  options.sample_every = 3;
  run.Train(options);
  EXPECT_EQ(base::ReadFile(run.directory() / "samples" / "000003.txt"),
            "one\n====================\ntwo\n====================\n");
  ASSERT_EQ(seeds.size(), 2u);
  // So that texts of two steps show what was learned between them.
  EXPECT_EQ(seeds[0], seeds[1]);
}

TEST(Trainer, ZeroTurnsEachPartOff) {
  TestRun run;
  run.sampler = [](const gpt2::Parameters&, uint64_t) {
    ADD_FAILURE() << "sampled";
    return std::vector<std::string>{};
  };
  run.callbacks.step = [](const StepReport& report) {
    EXPECT_FALSE(report.validation_loss);
  };
  TrainOptions options;
  options.steps = 3;
  options.print_every = options.sample_every = 0;
  options.validate_every = options.save_every = 0;
  EXPECT_EQ(run.Train(options), Ending::kFinished);
  EXPECT_FALSE(std::filesystem::exists(run.directory() / "log.jsonl"));
  EXPECT_EQ(run.Saved().state.step, 3);  // the end is saved all the same
}

TEST(Trainer, LowMemoryHasTheSameBitsForAnyNumberOfThreads) {
  TrainOptions options = LivelyOptions();
  options.memory = gpt2::Memory::kLow;
  TestRun one, three(3);
  one.Train(options);
  three.Train(options);
  EXPECT_TRUE(std::ranges::equal(one.Saved().parameters.flat(),
                                 three.Saved().parameters.flat()));
}

TEST(Trainer, DropoutNeedsNoMoreThanItsSeed) {
  TrainOptions options = LivelyOptions();
  TestRun a, b, c;
  a.Train(options);
  b.Train(options);
  options.dropout = 0;
  c.Train(options);
  const auto same = [](const Snapshot& x, const Snapshot& y) {
    return std::ranges::equal(x.parameters.flat(), y.parameters.flat());
  };
  EXPECT_TRUE(same(a.Saved(), b.Saved()));
  EXPECT_FALSE(same(a.Saved(), c.Saved()));
}

// What is said, and the tokens of one window.
std::pair<std::vector<std::string>, int64_t> TrainOnFew(TestRun& run,
                                                        size_t tokens) {
  std::vector<std::string> notices;
  run.callbacks.notice = [&](const std::string& line) {
    notices.push_back(line);
  };
  run.data.training.resize(tokens);
  TrainOptions options;
  options.steps = 1;
  run.Train(options);
  return {notices, run.Saved().state.tokens};
}

TEST(Trainer, TextShorterThanTheContextIsOneWindow) {
  TestRun enough, just_short, tiny;
  ASSERT_EQ(enough.config.context, 16);
  EXPECT_EQ(TrainOnFew(enough, 17),
            std::pair(std::vector<std::string>(), int64_t{16}));
  const auto [notices, tokens] = TrainOnFew(just_short, 16);
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_NE(notices[0].find("windows of 15, not 16"), std::string::npos);
  EXPECT_EQ(tokens, 15);
  // Held-out text is measured in the same windows.
  EXPECT_EQ(TrainOnFew(tiny, 2).second, 1);
  EXPECT_TRUE(tiny.Saved().state.best_validation_loss);
}

TEST(Trainer, NothingToTrainOnIsRefused) {
  for (const size_t tokens : {0, 1}) {
    TestRun run;
    run.data.training.resize(tokens);
    EXPECT_THROW(run.Train({}), base::Error);
  }
}

TEST(Trainer, EarlyStopWithoutHeldOutTextIsRefused) {
  TestRun run;
  run.data.validation.clear();
  TrainOptions options;
  options.early_stop = 1;
  EXPECT_THROW(run.Train(options), base::Error);
}

TEST(Trainer, ALossThatIsNoNumberEndsTheRunAndKeepsTheCheckpoint) {
  TestRun run;
  TrainOptions options;
  options.steps = 10;
  run.TrainAndInterruptAfter(4, options);
  options.optimizer.kind = OptimizerKind::kSgd;
  options.schedule.learning_rate = 1e30;
  // The step that ruins the parameters has a sound loss, computed before; it
  // must not be saved either.
  for (const int64_t save_every : {0, 1}) {
    options.save_every = save_every;
    EXPECT_THROW(run.Train(options), base::Error);
    EXPECT_EQ(run.Saved().state.step, 4);
  }
}

TEST(Trainer, MeasuresASteps) {
  TestRun run;
  TrainOptions options = LivelyOptions();
  EXPECT_GT(MeasureStepSeconds(run.config, 3, options, run.pool), 0);
  options.memory = gpt2::Memory::kLow;
  EXPECT_GT(MeasureStepSeconds(run.config, 3, options, run.pool), 0);
}

}  // namespace
}  // namespace artspeak::train
