#include "train/training_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::train {
namespace {

std::vector<nlohmann::json> Lines(const std::filesystem::path& path) {
  std::istringstream stream(base::ReadFile(path));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(nlohmann::json::parse(line));
  }
  return lines;
}

TEST(TrainingLog, HasTheFieldsThatWereMeasured) {
  testing::TempDir directory;
  const auto path = directory / "log.jsonl";
  AppendToLog(path, {.step = 1, .tokens = 64, .loss = 2.5, .seconds = 1});
  AppendToLog(path, {.step = 2,
                     .loss = 2,
                     .validation_loss = 3,
                     .originality = {{.longest_copy = 7, .copied_share = 0.5}},
                     .human_originality = {{.longest_copy = 4.5}}});
  const auto lines = Lines(path);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["step"], 1);
  EXPECT_EQ(lines[0]["tokens"], 64);
  EXPECT_EQ(lines[0]["loss"], 2.5);
  EXPECT_FALSE(lines[0].contains("validation_loss"));
  for (const char* field :
       {"learning_rate", "tokens_per_second", "seconds", "peak_memory_bytes"}) {
    EXPECT_TRUE(lines[0].contains(field)) << field;
  }
  EXPECT_EQ(lines[1]["validation_loss"], 3);
  EXPECT_FALSE(lines[0].contains("longest_copy"));
  EXPECT_EQ(lines[1]["longest_copy"], 7);
  EXPECT_EQ(lines[1]["copied_share"], 0.5);
  EXPECT_EQ(lines[1]["human_longest_copy"], 4.5);
  EXPECT_EQ(lines[1]["human_copied_share"], 0);
}

TEST(TrainingLog, RollsBackToAStepWithoutTornLines) {
  testing::TempDir directory;
  const auto path = directory / "log.jsonl";
  RollLogBack(path, 3);  // nothing there, nothing made
  EXPECT_FALSE(std::filesystem::exists(path));
  for (int step = 1; step <= 5; ++step) AppendToLog(path, {.step = step});
  base::WriteFileAtomically(path, base::ReadFile(path) + "{\"step\": 2, \"to");
  RollLogBack(path, 3);
  const auto lines = Lines(path);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines.back()["step"], 3);
}

TEST(TrainingLog, TellsTheLastStartThatIsLeft) {
  testing::TempDir directory;
  const auto path = directory / "log.jsonl";
  EXPECT_EQ(RollLogBack(path, 9), 0);
  base::WriteFileAtomically(path, "{\"step\": 1}\n");  // of old
  EXPECT_EQ(RollLogBack(path, 9), 1);
  AppendToLog(path, {.start = 2, .step = 2});
  AppendToLog(path, {.start = 3, .step = 3});
  EXPECT_EQ(RollLogBack(path, 2), 2);
  EXPECT_EQ(RollLogBack(path, 0), 0);
}

TEST(TrainingLog, WhatAPowerCutLeftOfItIsPassedOver) {
  testing::TempDir directory;
  const auto path = directory / "log.jsonl";
  for (int step = 1; step <= 2; ++step) AppendToLog(path, {.step = step});
  const std::string whole = base::ReadFile(path);
  for (const std::string& rest :
       {std::string(40, '\0'), std::string(40, '\0') + "\n",
        std::string("{\"step\":3"), std::string("3}\n")}) {
    base::WriteFileAtomically(path, whole + rest);
    RollLogBack(path, 3);
    EXPECT_EQ(base::ReadFile(path), whole);
  }
}

TEST(TrainingLog, AFullDiskIsOneSentence) {
  EXPECT_THROW(AppendToLog("/dev/full", {.step = 1}), base::Error);
}

}  // namespace
}  // namespace artspeak::train
