#include "train/trainer_state.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/support/testing.h"

namespace artspeak::train {
namespace {

TrainerState Example() {
  TrainerState state;
  state.step = 12;
  state.leg_begin = 10;
  state.leg_end = 30;
  state.tokens = int64_t{1} << 40;
  state.passes = ~uint64_t{0};
  state.data_position = 99;
  state.best_validation_loss = 1.0 / 3;
  state.best_step = 11;
  state.validations_since_best = 2;
  state.pending = {{0.1, 0.2, 0.3}};
  state.base = "models/\"odd\" näme";
  state.data_digest = "ab";
  state.parameters_digest = "cd";
  state.options.seed = 5;
  state.adapters = {7, -8, 0.5f, 9};
  state.moments = {
      .first = {1, -2.5f, 3e-30f}, .second = {4, 5, 6}, .updates = 12};
  return state;
}

// Without waiting for the disk.
void Write(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST(TrainerState, SurvivesBeingSaved) {
  testing::TempDir directory;
  const TrainerState state = Example();
  SaveState(directory / "state", state);
  const TrainerState restored = LoadState(directory / "state");
  EXPECT_EQ(restored.step, state.step);
  EXPECT_EQ(restored.leg_begin, state.leg_begin);
  EXPECT_EQ(restored.leg_end, state.leg_end);
  EXPECT_EQ(restored.tokens, state.tokens);
  EXPECT_EQ(restored.passes, state.passes);
  EXPECT_EQ(restored.data_position, state.data_position);
  EXPECT_EQ(restored.best_validation_loss, state.best_validation_loss);
  EXPECT_EQ(restored.best_step, state.best_step);
  EXPECT_EQ(restored.validations_since_best, state.validations_since_best);
  EXPECT_EQ(restored.smoothed_loss, state.smoothed_loss);
  ASSERT_TRUE(restored.pending);
  EXPECT_EQ(restored.pending->loss, 0.1);
  EXPECT_EQ(restored.pending->learning_rate, 0.2);
  EXPECT_EQ(restored.pending->tokens_per_second, 0.3);
  EXPECT_EQ(restored.base, state.base);
  EXPECT_EQ(restored.data_digest, state.data_digest);
  EXPECT_EQ(restored.parameters_digest, state.parameters_digest);
  EXPECT_EQ(ToJson(restored.options), ToJson(state.options));
  EXPECT_EQ(restored.adapters, state.adapters);
  EXPECT_EQ(restored.moments.first, state.moments.first);
  EXPECT_EQ(restored.moments.second, state.moments.second);
  EXPECT_EQ(restored.moments.updates, state.moments.updates);
}

TrainerState InEightBits() {
  TrainerState state = Example();
  state.moments = {.quantized = {{1, 255, 3}, {4, 5, 6}, {0.5f, 2}, {4, 8}},
                   .updates = 12};
  return state;
}

TEST(TrainerState, KeepsMomentsOfEightBits) {
  testing::TempDir directory;
  const TrainerState state = InEightBits();
  SaveState(directory / "state", state);
  const Moments restored = LoadState(directory / "state").moments;
  const QuantizedMoments& quantized = state.moments.quantized;
  EXPECT_EQ(restored.quantized.first, quantized.first);
  EXPECT_EQ(restored.quantized.second, quantized.second);
  EXPECT_EQ(restored.quantized.first_scales, quantized.first_scales);
  EXPECT_EQ(restored.quantized.second_scales, quantized.second_scales);
  EXPECT_EQ(restored.updates, 12);
  EXPECT_EQ(restored.form(), MomentForm::kInt8);
  EXPECT_TRUE(restored.first.empty());
}

// The file as version 1 had it.
TEST(TrainerState, OfVersionOneIsRead) {
  testing::TempDir directory;
  TrainerState state = Example();
  state.adapters.clear();
  SaveState(directory / "state", state);
  std::string file = base::ReadFile(directory / "state");
  const auto put = [&file](size_t at, auto value) {
    std::memcpy(&file[at], &value, sizeof value);
  };
  file.erase(32, 24);
  file.resize(file.size() - 16);
  put(8, uint32_t{1});
  put(16, uint64_t{file.size() + 16});
  base::Blake2b hash(16);
  hash.Update(file);
  Write(directory / "state", file + hash.Finish());
  const TrainerState restored = LoadState(directory / "state");
  EXPECT_EQ(restored.step, state.step);
  EXPECT_EQ(restored.moments.first, state.moments.first);
  EXPECT_EQ(restored.moments.second, state.moments.second);
}

TEST(TrainerState, ALengthThatTheFileHasNotTakesNoMemory) {
  testing::TempDir directory;
  SaveState(directory / "state", Example());
  const std::string good = base::ReadFile(directory / "state");
  for (const size_t at :
       {12, 24, 40, 48}) {  // header, moments, blocks, adapters
    for (const uint64_t length : {uint64_t{1} << 31, uint64_t{1} << 62}) {
      std::string bad = good;
      std::memcpy(&bad[at], &length, at == 12 ? 4 : 8);
      Write(directory / "state", bad);
      EXPECT_THROW(LoadState(directory / "state"), base::Error);
    }
  }
}

TEST(TrainerState, ABestLossWithoutItsCheckpointIsForgotten) {
  testing::TempDir directory;
  TrainerState state = Example();
  state.best_step.reset();
  SaveState(directory / "state", state);
  EXPECT_FALSE(LoadState(directory / "state").best_validation_loss);
}

TEST(TrainerState, EveryFlippedByteIsNoticed) {
  testing::TempDir directory;
  for (const TrainerState& state : {Example(), InEightBits()}) {
    SaveState(directory / "state", state);
    const std::string good = base::ReadFile(directory / "state");
    for (size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] ^= 0x10;
      Write(directory / "state", bad);
      EXPECT_THROW(LoadState(directory / "state"), base::Error) << "byte " << i;
    }
  }
}

TEST(TrainerState, EveryTruncationIsNoticed) {
  testing::TempDir directory;
  SaveState(directory / "state", Example());
  const std::string good = base::ReadFile(directory / "state");
  for (size_t length = 0; length < good.size(); ++length) {
    Write(directory / "state", good.substr(0, length));
    EXPECT_THROW(LoadState(directory / "state"), base::Error) << length;
  }
  Write(directory / "state", good + "x");
  EXPECT_THROW(LoadState(directory / "state"), base::Error);
  EXPECT_THROW(LoadState(directory / "missing"), base::Error);
}

}  // namespace
}  // namespace artspeak::train
