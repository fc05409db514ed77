#include "train/disk_need.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/training_run.h"

namespace artspeak::train {
namespace {

namespace fs = std::filesystem;

void ExpectWritten(TrainOptions options) {
  TestRun run;
  run.config.width = 128;  // so that headers are less than a tenth
  options.steps = 1;
  options.save_every = 0;
  options.validate_every = 0;
  run.Train(options);
  const CheckpointBytes need = CheckpointNeed(run.config, options);
  const fs::path checkpoint = fs::canonical(run.directory() / "latest");
  const auto size = [&](const char* name) {
    return static_cast<double>(fs::file_size(checkpoint / name));
  };
  const double model = size("model/model.safetensors");
  const double state = size("state");
  EXPECT_NEAR(static_cast<double>(need.model), model, 0.1 * model);
  EXPECT_NEAR(static_cast<double>(need.state), state, 0.1 * state);
  EXPECT_EQ(DiskNeed(run.config, options, true), need.model + need.state);
}

TEST(DiskNeed, IsWhatACheckpointTakes) { ExpectWritten({}); }

TEST(DiskNeed, IsLessWithMomentsOf8Bits) {
  TrainOptions options;
  options.memory = gpt2::Memory::kLow;
  ExpectWritten(options);
}

TEST(DiskNeed, IsLittleForAdapters) {
  TrainOptions options;
  options.lora = 8;
  ExpectWritten(options);
}

TEST(DiskNeed, HoldsTheLastCheckpointAndTheBestBesideTheNext) {
  const gpt2::Config config;
  TrainOptions options;
  const CheckpointBytes one = CheckpointNeed(config, options);
  EXPECT_EQ(DiskNeed(config, options, false), 3 * one.model + 2 * one.state);
  options.validate_every = 0;
  EXPECT_EQ(DiskNeed(config, options, false), 2 * one.model + 2 * one.state);
}

}  // namespace
}  // namespace artspeak::train
