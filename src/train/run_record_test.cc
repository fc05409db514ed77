#include "train/run_record.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "tests/support/testing.h"
#include "tests/support/training_run.h"

namespace artspeak::train {
namespace {

namespace fs = std::filesystem;

class Record : public ::testing::Test {
 protected:
  void AddToLog(const std::string& text) {
    std::ofstream(run_ / "log.jsonl", std::ios::app) << text;
  }
  void AddSamples(const std::string& name, const std::string& content) {
    fs::create_directories(run_ / "samples");
    std::ofstream(run_ / "samples" / name) << content;
  }

  testing::TempDir run_;
  RunRecordReader reader_{run_.path(), "run"};
};

TEST_F(Record, ReadsWhatATrainerWrote) {
  TestRun run;
  run.sampler = [](const gpt2::Parameters&, uint64_t) {
    return std::vector<std::string>{"one\nand more", "two"};
  };
  run.Train(LivelyOptions());
  RunRecordReader reader(run.directory(), "name");
  const RunRecord& record = reader.Read();
  EXPECT_EQ(record.name, "name");
  EXPECT_EQ(record.Field("loss").size(), 20u);
  EXPECT_EQ(record.Field("loss").back().x, 20);
  EXPECT_EQ(record.Field("validation_loss").size(), 4u);
  EXPECT_EQ(record.Field("learning_rate").size(), 20u);
  EXPECT_GT(record.Field("peak_memory_bytes").back().y, 1e6);
  EXPECT_GT(record.seconds, 0);
  ASSERT_EQ(record.samples.size(), 5u);
  EXPECT_EQ(record.samples.front().step, 20);
  EXPECT_EQ(record.samples.front().texts,
            (std::vector<std::string>{"one\nand more", "two"}));
  EXPECT_TRUE(IsRun(run.directory()));
  EXPECT_FALSE(IsRun(run.directory() / "samples"));
}

TEST_F(Record, ReadsOfTheLogWhatIsNew) {
  AddToLog("{\"step\": 1, \"loss\": 3}\n{\"step\": 2, \"lo");
  EXPECT_EQ(reader_.Read().Field("loss"), (Curve{{1, 3}}));
  AddToLog("ss\": 2}\n");
  EXPECT_EQ(reader_.Read().Field("loss"), (Curve{{1, 3}, {2, 2}}));
  EXPECT_EQ(reader_.Read().Field("loss").size(), 2u);
  // A run that begins again.
  std::ofstream(run_ / "log.jsonl") << "{\"step\": 1, \"loss\": 5}\n";
  EXPECT_EQ(reader_.Read().Field("loss"), (Curve{{1, 5}}));
}

TEST_F(Record, PassesOverWhatItDoesNotUnderstand) {
  AddToLog(
      "\n[]\nnonsense\n{\"step\": \"x\"}\n{\"loss\": \"y\", \"step\": 2}\n"
      "{\"step\": 3, \"loss\": null}\n{\"step\": 4, \"loss\": 1e300}\n"
      "{\"human_longest_copy\": 7}\n{\"step\": 5, \"loss\": 2}\n"
      "{\"step\": 4, \"loss\": 9}\n");
  const RunRecord& record = reader_.Read();
  EXPECT_EQ(record.Field("loss"), (Curve{{5, 2}}));
  EXPECT_EQ(record.Field("human_longest_copy"), (Curve{{0, 7}}));
  EXPECT_TRUE(record.Field("never").empty());
  AddSamples("notes.md", "x");
  AddSamples("12x.txt", "x");
  std::ofstream(run_ / "settings.json") << "{\"data\": 3, \"model\": {\"a\"";
  EXPECT_TRUE(reader_.Read().samples.empty());
  EXPECT_TRUE(reader_.Read().settings.empty());
}

TEST_F(Record, AnEmptyFolderIsAnEmptyRecord) {
  const RunRecord& record = reader_.Read();
  EXPECT_TRUE(record.log.empty());
  EXPECT_TRUE(record.samples.empty());
}

TEST_F(Record, AddsUpTheSecondsOfAllStarts) {
  AddToLog("{\"step\":1,\"seconds\":4}\n{\"step\":2,\"seconds\":10}\n");
  EXPECT_EQ(reader_.Read().seconds, 10);
  AddToLog("{\"step\":3,\"seconds\":3}\n");
  EXPECT_EQ(reader_.Read().seconds, 13);
  // A start whose first line came later than the last line of the one before.
  AddToLog(R"({"step":4,"start":2,"seconds":20})"
           "\n");
  AddToLog(R"({"step":5,"start":2,"seconds":25})"
           "\n");
  AddToLog(R"({"step":6,"start":3,"seconds":30})"
           "\n");
  EXPECT_EQ(reader_.Read().seconds, 68);
  EXPECT_TRUE(reader_.Read().Field("start").empty());
}

TEST_F(Record, TheBestIsTheOneThatIsKept) {
  EXPECT_FALSE(reader_.Read().Best());
  AddToLog(R"({"step":10,"validation_loss":2})"
           "\n");
  AddToLog(R"({"step":20,"validation_loss":3})"
           "\n");
  EXPECT_EQ(reader_.Read().Best(), (Point{10, 2}));
  // With another data set there is another best.
  AddToLog(R"({"step":30,"validation_loss":5,"best_step":30})"
           "\n");
  AddToLog(R"({"step":40,"validation_loss":4,"best_step":40})"
           "\n");
  AddToLog(R"({"step":50,"validation_loss":6,"best_step":40})"
           "\n");
  EXPECT_EQ(reader_.Read().Best(), (Point{40, 4}));
}

TEST_F(Record, OfManySamplesItKeepsTheNewestAndTheFirst) {
  for (int step = 1; step <= 1000; ++step) {
    AddSamples(std::to_string(step) + ".txt", "text\n====================\n");
  }
  const RunRecord& record = reader_.Read();
  ASSERT_LE(record.samples.size(), 30u);
  EXPECT_EQ(record.samples.size() + record.samples_left_out, 1000u);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(record.samples[i].step, 1000 - i);
  EXPECT_EQ(record.samples.back().step, 1);
  EXPECT_EQ(record.samples.back().texts, std::vector<std::string>{"text"});
}

TEST_F(Record, ADelimiterIsAWholeLine) {
  AddSamples("1.txt",
             "====================\nHeading ====================\nx\n"
             "====================\n");
  EXPECT_EQ(reader_.Read().samples.front().texts,
            (std::vector<std::string>{"", "Heading ====================\nx"}));
}

TEST_F(Record, ASampleThatIsGoneIsPassedOver) {
  AddSamples("1.txt", "text\n");
  fs::create_symlink("gone", run_ / "samples" / "2.txt");
  const RunRecord& record = reader_.Read();
  ASSERT_EQ(record.samples.size(), 1u);
  EXPECT_EQ(record.samples.front().step, 1);
}

TEST_F(Record, WhatCannotBeReadIsNamed) {
  for (const char* name : {"log.jsonl", "settings.json", "samples/1.txt"}) {
    fs::create_directories(run_ / name);
    try {
      reader_.Read();
      ADD_FAILURE() << name << " was read";
    } catch (const base::Error& fault) {
      EXPECT_NE(std::string(fault.what()).find((run_ / name).string()),
                std::string::npos);
    }
    fs::remove_all(run_ / name);
  }
}

TEST_F(Record, ShowsSettingsAsPeopleReadThem) {
  std::ofstream(run_ / "settings.json")
      << R"({"model": {"vocab_size": 50257, "base": "124M"}, "training":
         {"seed": 123456, "dropout": 0.0, "only": false,
          "sample-prompt": ["", "The \"sea\""]}})";
  const RunRecord& record = reader_.Read();
  EXPECT_EQ(record.Setting("model", "vocab size"), "50,257");
  EXPECT_EQ(record.Setting("model", "base"), "124M");
  EXPECT_EQ(record.Setting("training", "seed"), "123456");
  EXPECT_EQ(record.Setting("training", "dropout"), "0");
  EXPECT_EQ(record.Setting("training", "only"), "no");
  EXPECT_EQ(record.Setting("training", "none"), "");
  EXPECT_EQ(record.sample_prompts,
            (std::vector<std::string>{"", "The \"sea\""}));
}

}  // namespace
}  // namespace artspeak::train
