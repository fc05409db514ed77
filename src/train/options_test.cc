#include "train/options.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "base/error.h"

namespace artspeak::train {
namespace {

TEST(TrainOptions, DefaultsAreValid) { EXPECT_NO_THROW(Validate({})); }

TEST(TrainOptions, SurviveBeingSaved) {
  TrainOptions options;
  options.batch_size = 7;
  options.schedule = {ScheduleKind::kCosine, 0.1, 1e-7, 12};
  options.optimizer.kind = OptimizerKind::kSgd;
  options.optimizer.weight_decay = 1.0 / 3;
  options.only_train_transformer_layers = true;
  options.column = "r\xFF";  // any bytes
  options.seed = std::numeric_limits<uint64_t>::max();
  options.early_stop = 3;
  options.precision = gpt2::Precision::kBf16;
  options.lora = 8;
  options.memory = gpt2::Memory::kLow;
  const TrainOptions restored = FromJson(ToJson(options));
  EXPECT_EQ(ToJson(restored), ToJson(options));
  EXPECT_EQ(restored.optimizer.weight_decay, 1.0 / 3);
  EXPECT_EQ(restored.seed, options.seed);
  EXPECT_EQ(restored.precision, gpt2::Precision::kBf16);
  EXPECT_EQ(restored.lora, 8);
  EXPECT_EQ(restored.memory, gpt2::Memory::kLow);
  options.column = restored.column;
  EXPECT_TRUE(Changes(options, restored).empty());
}

TEST(TrainOptions, ARunFromBeforeThereWereColumnsHasNone) {
  std::string json = ToJson({});
  const std::string column = "\"column\":\"\",";
  ASSERT_NE(json.find(column), std::string::npos);
  json.erase(json.find(column), column.size());
  EXPECT_EQ(FromJson(json).column, "");
}

TEST(TrainOptions, ARunFromBeforeThereWasBfloat16IsInFp32) {
  std::string json = ToJson({});
  const std::string precision = "\"precision\":\"fp32\",";
  ASSERT_NE(json.find(precision), std::string::npos);
  json.erase(json.find(precision), precision.size());
  EXPECT_EQ(FromJson(json).precision, gpt2::Precision::kFp32);
}

TEST(TrainOptions, ARunFromBeforeThereWasLoraTrainsAllWeights) {
  std::string json = ToJson({});
  const std::string lora = "\"lora\":0,";
  ASSERT_NE(json.find(lora), std::string::npos);
  json.erase(json.find(lora), lora.size());
  EXPECT_EQ(FromJson(json).lora, 0);
}

TEST(TrainOptions, ARunFromBeforeMemoryCouldBeLowIsRoomy) {
  std::string json = ToJson({});
  const std::string memory = "\"memory\":\"roomy\",";
  ASSERT_NE(json.find(memory), std::string::npos);
  json.erase(json.find(memory), memory.size());
  EXPECT_EQ(FromJson(json).memory, gpt2::Memory::kRoomy);
}

TEST(TrainOptions, DamagedTextIsAnError) {
  EXPECT_THROW(FromJson("{"), base::Error);
  EXPECT_THROW(FromJson("{}"), base::Error);
  EXPECT_THROW(FromJson("[1]"), base::Error);
}

TEST(TrainOptions, ChangesNameWhatDecidesTheResult) {
  TrainOptions before, now;
  now.schedule.learning_rate = 0.5;
  now.optimizer.kind = OptimizerKind::kAdam;
  now.column = "review";
  now.print_every = 1;  // decides nothing
  const auto lines = Changes(before, now);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "--learning-rate is now 0.5, it was 0.0001");
  EXPECT_EQ(lines[1], "--optimizer is now adam, it was adamw");
  EXPECT_EQ(lines[2], "--column is now review, it was \"\"");
}

TEST(TrainOptions, SenselessValuesAreNamed) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<const char*, std::function<void(TrainOptions&)>> cases[] = {
      {"--steps", [](TrainOptions& o) { o.steps = 0; }},
      {"--steps", [](TrainOptions& o) { o.steps = int64_t{1} << 62; }},
      {"--batch-size", [](TrainOptions& o) { o.batch_size = 0; }},
      {"--accumulate", [](TrainOptions& o) { o.accumulate_gradients = -1; }},
      {"--learning-rate",
       [=](TrainOptions& o) { o.schedule.learning_rate = nan; }},
      {"--learning-rate",
       [](TrainOptions& o) { o.schedule.learning_rate = 0; }},
      {"--min-learning-rate", [](TrainOptions& o) { o.schedule.minimum = 1; }},
      {"--min-learning-rate",
       [](TrainOptions& o) { o.schedule.minimum = 1e-5; }},
      {"--warmup-steps", [](TrainOptions& o) { o.schedule.warmup_steps = -1; }},
      {"--beta1", [](TrainOptions& o) { o.optimizer.beta1 = 1; }},
      {"--beta2", [](TrainOptions& o) { o.optimizer.beta2 = -0.1; }},
      {"--weight-decay",
       [](TrainOptions& o) { o.optimizer.weight_decay = -1; }},
      {"--clip-norm", [=](TrainOptions& o) { o.optimizer.clip_norm = nan; }},
      {"--dropout", [](TrainOptions& o) { o.dropout = 1; }},
      {"--lora", [](TrainOptions& o) { o.lora = -1; }},
      {"--validation-fraction",
       [](TrainOptions& o) { o.validation_fraction = 1; }},
      {"--save-every", [](TrainOptions& o) { o.save_every = -1; }},
      {"--early-stop",
       [](TrainOptions& o) {
         o.early_stop = 2;
         o.validate_every = 0;
       }},
  };
  for (const auto& [name, spoil] : cases) {
    TrainOptions options;
    spoil(options);
    try {
      Validate(options);
      ADD_FAILURE() << name << " was accepted";
    } catch (const base::Error& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace artspeak::train
